import { SporeError } from "../base/errors.ts";

/** A repository, as `--sync` names it. */
export interface SyncArgument {
  readonly url: string;
  readonly branch?: string;
  readonly path?: string;
}

/**
 * Reads `URL[@BRANCH][//PATH]`: `https://git.example.com/lab/fleet.git@main//benches/a`, `/srv/fleet.git//lab`. An `@` before the host's end belongs to the
 * address.
 *
 * @throws SporeError `SPORE_USAGE` for what is neither an https or file address nor an absolute path.
 */
export function parseSyncArgument(text: string): SyncArgument {
  const origin = /^(https:\/\/[^/]+|file:\/\/)?(?=\/)/.exec(text)?.[0];
  if (origin === undefined) {
    throw new SporeError("SPORE_USAGE", `--sync "${text}" is no address of a repository`, {
      hint: "write https://HOST/PATH, file:///PATH or /PATH, then @BRANCH and //FOLDER where they are needed",
    });
  }
  const rest = text.slice(origin.length);
  const fold = rest.indexOf("//", 1);
  const [place, path] = fold < 0 ? [rest, ""] : [rest.slice(0, fold), rest.slice(fold + 2)];
  const at = place.indexOf("@");
  const [where, branch] = at < 0 ? [place, ""] : [place.slice(0, at), place.slice(at + 1)];
  if (at >= 0 && branch === "") {
    throw new SporeError("SPORE_USAGE", `--sync "${text}" names no branch behind its @`);
  }
  return { url: origin + where, ...(branch !== "" && { branch }), ...(path !== "" && { path }) };
}

import { isAbsolute, normalize, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SporeError } from "../../base/errors.ts";

/** Where a repository is, as git is told. */
export interface RepositoryUrl {
  readonly transport: "file" | "https";
  /** Normalized, with neither user nor password. */
  readonly text: string;
}

/**
 * Reads the address of a repository: `https://host/path`, `file:///path` or an absolute path.
 *
 * @throws SporeError `SPORE_GIT_FAILED` for any other scheme, for a user or password in the address, and for what no file address may have.
 */
export function readRepositoryUrl(text: string): RepositoryUrl {
  if (isAbsolute(text)) return { transport: "file", text: pathToFileURL(normalize(text)).href };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) throw refused(text, "is no address", schemesHint);
  if (url.username !== "" || url.password !== "") {
    throw refused(`${url.protocol}//…@${url.host}${url.pathname}`, "says a user or password", secretHint);
  }
  if (url.search !== "" || url.hash !== "") throw refused(text, "has a part behind ? or #", "leave that part out");
  switch (url.protocol) {
    case "https:":
      return { transport: "https", text: url.href };
    case "file:":
      if (url.host !== "") throw refused(text, `names the host ${url.host}`, "write file:///path, with three strokes");
      return { transport: "file", text: url.href };
    default:
      throw refused(text, `has the scheme ${url.protocol.slice(0, -1)}`, schemesHint);
  }
}

/** Whether a file address lies in one of `roots`, by its words alone: a link that leads out of them is not followed here. */
export function isWithin(url: RepositoryUrl, roots: readonly string[]): boolean {
  const path = fileURLToPath(url.text);
  return roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : root + sep));
}

const schemesHint = "write https://HOST/PATH, or file:///PATH for a repository on the machine of spored";
const secretHint = "put username and password into a Secret and name it in spec.secretRef";

function refused(text: string, why: string, hint: string): SporeError {
  return new SporeError("SPORE_GIT_FAILED", `the repository address ${text} ${why}`, { hint });
}

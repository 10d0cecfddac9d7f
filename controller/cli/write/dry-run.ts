import { SporeError } from "../../base/errors.ts";

/** Who only pretends: this program, or the server with all that it would say. Undefined: nobody. */
export type DryRun = "client" | "server" | undefined;

/** What commander's `--dry-run` option of every verb that writes is declared with. */
export const dryRunOption = [
  "--dry-run <where>",
  "client: only say what would be sent; server: ask the server what it would do. Neither changes anything",
] as const;

/**
 * Reads the value of `--dry-run`.
 *
 * @throws SporeError `SPORE_USAGE` for another word than `none`, `client` and `server`.
 */
export function readDryRun(word: string | undefined): DryRun {
  if (word === undefined || word === "none") return undefined;
  if (word === "client" || word === "server") return word;
  throw new SporeError("SPORE_USAGE", `--dry-run=${word}: no such dry run`, { hint: "use none, client or server" });
}

/** What kubectl says behind what it would have done. */
export function dryRunNote(dryRun: DryRun): string {
  if (dryRun === undefined) return "";
  return dryRun === "client" ? " (dry run)" : " (server dry run)";
}

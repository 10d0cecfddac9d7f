import type { Kind } from "../../api/kind.ts";
import { SporeError } from "../../base/errors.ts";
import type { ResourceNames } from "./resource-names.ts";

/** What words such as `nodes a b`, `node/a group/b` or `nodes,nodegroups` name. */
export interface Targets {
  readonly kind: Kind;
  /** Undefined: all of the kind. */
  readonly name: string | undefined;
}

/**
 * Reads the words behind a verb as kubectl does: `KIND [NAME…]`, `KIND/NAME…` or `KIND,KIND`.
 *
 * @throws SporeError `SPORE_USAGE` for an unknown kind, or a mixture of the forms.
 */
export function readTargets(words: readonly string[], names: ResourceNames): readonly Targets[] {
  const [first, ...rest] = words;
  if (first === undefined) throw new SporeError("SPORE_USAGE", "say what, such as `nodes` or `node/esp-a1b2c3`");
  if (first.includes("/")) return words.map((word) => slashed(word, names));
  const kinds = first.split(",").flatMap((word) => names.resolve(word));
  const mixed = rest.find((word) => word.includes("/"));
  if (mixed !== undefined) {
    throw new SporeError("SPORE_USAGE", `"${mixed}" names a kind again; write either "KIND NAME…" or "KIND/NAME…"`);
  }
  if (rest.length === 0) return kinds.map((kind) => ({ kind, name: undefined }));
  return kinds.flatMap((kind) => rest.map((name) => ({ kind, name })));
}

function slashed(word: string, names: ResourceNames): Targets {
  const [kindWord = "", name = ""] = word.split("/");
  const [kind] = names.resolve(kindWord);
  if (kind === undefined || name === "" || word.split("/").length > 2) {
    throw new SporeError("SPORE_USAGE", `"${word}" does not name an object; write KIND/NAME`);
  }
  return { kind, name };
}

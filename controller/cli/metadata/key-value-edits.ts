import { SporeError } from "../../base/errors.ts";

/** The two maps of an object's metadata that people write into. */
export type MetadataMap = "labels" | "annotations";

/** Words of a command line, told apart. */
export interface EditWords {
  /** `KEY=VALUE` and `KEY-`. */
  readonly edits: readonly string[];
  /** All others: kinds and names. */
  readonly words: readonly string[];
}

/** Whether a word is an edit can be seen from the word alone: no kind and no name ends in `-` or holds a `=`. */
export function splitEdits(all: readonly string[]): EditWords {
  return { edits: all.filter(isEdit), words: all.filter((word) => !isEdit(word)) };
}

function isEdit(word: string): boolean {
  return /^[^=/]*(\/[^=/]+)?=/.test(word) || /^[A-Za-z0-9._/-]+-$/.test(word);
}

/**
 * The merge patch of `edits` onto `present`.
 *
 * @param what for the complaint: `label`.
 * @throws SporeError `SPORE_CONFLICT` when a key has another value already and `overwrite` is not set; `SPORE_USAGE` when a key is both set and removed.
 */
export function editPatch(
  edits: readonly string[],
  present: Readonly<Record<string, string>>,
  overwrite: boolean,
  what: string,
): Readonly<Record<string, string | null>> {
  const patch = new Map<string, string | null>();
  for (const edit of edits) {
    const equals = edit.indexOf("=");
    const key = equals < 0 ? edit.slice(0, -1) : edit.slice(0, equals);
    const value = equals < 0 ? null : edit.slice(equals + 1);
    const earlier = patch.get(key);
    if (earlier !== undefined && (earlier === null) !== (value === null)) {
      throw new SporeError("SPORE_USAGE", `${what} ${key} is both set and removed`, { hint: "say one or the other" });
    }
    const old = Object.hasOwn(present, key) ? present[key] : undefined;
    if (value !== null && old !== undefined && old !== value && !overwrite) {
      throw new SporeError("SPORE_CONFLICT", `${what} ${key} already has the value "${old}"`, {
        hint: "say --overwrite to change it",
      });
    }
    patch.set(key, value);
  }
  return Object.fromEntries(patch);
}

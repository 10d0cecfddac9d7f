import { SporeError } from "../base/errors.ts";
import { checkKey } from "./key.ts";
import type { Change } from "./store.ts";

/** One commit is one atomic step, held in memory as a whole. */
export const commitMaxChanges = 1024;
/** Above any object that a request body can carry, and small enough that a commit fits in memory. */
export const storeValueMaxBytes = 8 * 1024 * 1024;

/**
 * What a commit must satisfy before its expectations are looked at.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` for a commit without changes, with too many, with a bad key, or with one key twice;
 * `SPORE_TOO_LARGE` for a value beyond `storeValueMaxBytes`.
 */
export function checkChanges(changes: readonly Change[]): void {
  if (changes.length === 0 || changes.length > commitMaxChanges) {
    throw new SporeError(
      "SPORE_BAD_REQUEST",
      `A commit has from 1 to ${commitMaxChanges} changes; this one has ${changes.length}.`,
    );
  }
  for (const { key, value } of changes) {
    checkKey(key);
    if (value !== undefined && value.length > storeValueMaxBytes) {
      throw new SporeError(
        "SPORE_TOO_LARGE",
        `The value for ${key} has ${value.length} bytes; the store takes at most ${storeValueMaxBytes}.`,
      );
    }
  }
  if (changes.length > 1 && new Set(changes.map(({ key }) => key)).size < changes.length) {
    throw new SporeError("SPORE_BAD_REQUEST", "A commit may change each key only once; this one names a key twice.");
  }
}

/**
 * Compares what a commit expects of one key with what is there (`found`: the entry's revision, 0 where there is none).
 *
 * @throws SporeError `SPORE_CONFLICT`.
 */
export function checkExpectation({ key, expect }: Pick<Change, "key" | "expect">, found: number): void {
  if (expect === undefined || expect === found) return;
  const message = `expected ${describe(expect)}, found ${describe(found)}`;
  throw new SporeError("SPORE_CONFLICT", `${key} was modified: ${message}.`, {
    causes: [{ reason: "RevisionMismatch", message, field: key }],
  });
}

function describe(revision: number): string {
  return revision === 0 ? "no entry" : `revision ${revision}`;
}

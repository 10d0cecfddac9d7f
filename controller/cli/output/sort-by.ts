import type { JsonValue } from "../../base/json.ts";
import { relaxedPath } from "./custom-columns.ts";
import { quantityOf } from "./quantity.ts";

/**
 * Sorts by what a path finds in each, as `--sort-by` of kubectl: numbers, quantities and instants by their size, other text as people sort it,
 * and what has no such field first.
 *
 * @param objectOf what to look into; the rows of a table carry their object.
 * @throws SporeError `SPORE_USAGE` when the path is malformed.
 */
export function sortedBy<T>(list: readonly T[], path: string, objectOf: (one: T) => JsonValue): readonly T[] {
  const find = relaxedPath(path);
  return list
    .map((one) => ({ one, value: find(objectOf(one))[0] }))
    .sort((a, b) => order(a.value, b.value))
    .map(({ one }) => one);
}

function order(a: JsonValue | undefined, b: JsonValue | undefined): number {
  const [isMissingA, isMissingB] = [a === undefined || a === null, b === undefined || b === null];
  if (isMissingA || isMissingB) return Number(isMissingB) - Number(isMissingA);
  if (typeof a === "string" && typeof b === "string") return textOrder(a, b);
  if (typeof a === "number" && typeof b === "number") return a - b;
  return Number(a) - Number(b) || 0;
}

function textOrder(a: string, b: string): number {
  const [sizeA, sizeB] = [quantityOf(a), quantityOf(b)];
  if (sizeA !== undefined && sizeB !== undefined) return sizeA - sizeB;
  return naturalOrder(a, b);
}

/** Runs of digits count as numbers: `esp-9` comes before `esp-10`. */
function naturalOrder(a: string, b: string): number {
  const [left, right] = [chunks(a), chunks(b)];
  for (const [index, chunk] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const numeric = /^\d/.test(chunk) && /^\d/.test(other);
    const difference = numeric ? Number(chunk) - Number(other) || chunk.length - other.length : 0;
    if (difference !== 0) return difference;
    if (chunk !== other) return chunk < other ? -1 : 1;
  }
  return left.length - right.length;
}

function chunks(text: string): readonly string[] {
  return text.match(/\d+|\D+/g) ?? [];
}

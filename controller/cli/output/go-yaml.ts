import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { keyScalar, scalar } from "./go-yaml-scalar.ts";

/**
 * YAML as `kubectl` prints it (sigs.k8s.io/yaml, by go-yaml 2): the members of objects in the order of their names, lists as far in as the name
 * above them, long lines folded, and a string in quotes where YAML 1.1 would take it for something else. Ends with a line break.
 */
export function goYaml(value: JsonValue): string {
  if (Array.isArray(value) && value.length > 0) return `${items(value, 0)}\n`;
  if (isJsonObject(value) && shownNames(value).length > 0) return `${members(value, 0)}\n`;
  return `${leaf(value, 0, 0)}\n`;
}

/** Lines of an object whose names begin in column `margin`; the first one without that margin. */
function members(object: JsonObject, margin: number): string {
  return shownNames(object)
    .map((name) => {
      const key = keyScalar(name);
      return `${key}:${behindName(object[name] ?? null, margin, margin + [...key].length + 2)}`;
    })
    .join(`\n${" ".repeat(margin)}`);
}

function behindName(value: JsonValue, margin: number, column: number): string {
  if (Array.isArray(value) && value.length > 0) return `\n${" ".repeat(margin)}${items(value, margin)}`;
  if (isJsonObject(value) && shownNames(value).length > 0)
    return `\n${" ".repeat(margin + 2)}${members(value, margin + 2)}`;
  return ` ${leaf(value, margin + 2, column)}`;
}

/** Lines of a list whose dashes stand in column `margin`; the first one without that margin. */
function items(list: readonly JsonValue[], margin: number): string {
  return list
    .map((item) => {
      if (Array.isArray(item) && item.length > 0) return `- ${items(item, margin + 2)}`;
      if (isJsonObject(item) && shownNames(item).length > 0) return `- ${members(item, margin + 2)}`;
      return `- ${leaf(item, margin + 2, margin + 2)}`;
    })
    .join(`\n${" ".repeat(margin)}`);
}

/** What fits behind a name or a dash. */
function leaf(value: JsonValue, margin: number, column: number): string {
  if (isJsonObject(value)) return "{}";
  return typeof value === "object" && value !== null ? "[]" : scalar(value, margin, column);
}

function shownNames(object: JsonObject): readonly string[] {
  return Object.keys(object)
    .filter((name) => object[name] !== undefined)
    .sort(naturally);
}

/** Names in the order of go-yaml: letters come behind all else, and runs of digits count as numbers. */
function naturally(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((character, index) => character !== right[index]);
  const [l, r] = [left[at], right[at]];
  if (l === undefined || r === undefined) return left.length - right.length;
  if (isLetter(l) !== isLetter(r)) return isLetter(l) ? 1 : -1;
  if (!isLetter(l)) {
    const isTail = l === "0" || r === "0";
    const [numberL, numberR] = [numberAt(left, at, isTail), numberAt(right, at, isTail)];
    const difference = numberL.value - numberR.value || numberL.digits - numberR.digits;
    if (difference !== 0) return difference;
  }
  return l < r ? -1 : 1;
}

function isLetter(character: string): boolean {
  return /\p{L}/u.test(character);
}

/** What the digits from `at` on say. A zero behind other digits tells how large the number is that it ends, and is not its beginning. */
function numberAt(text: readonly string[], at: number, isTail: boolean): { value: number; digits: number } {
  const run = /^\d*/.exec(text.slice(at).join(""))?.[0] ?? "";
  const before = isTail ? (/\d*$/.exec(text.slice(0, at).join(""))?.[0] ?? "") : "";
  return { value: Number(`${/[1-9]/.test(before) ? "1" : ""}${run}`), digits: run.length };
}

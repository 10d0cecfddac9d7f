import type { JsonValue } from "../base/json.ts";

/** Whether a comparison holds; undefined for two values that cannot be compared. */
export type Comparison = (found: JsonValue, wanted: JsonValue) => boolean | undefined;

/** What `==`, `!=`, `<`, `<=`, `>` or `>=` asks; undefined for another sign. */
export function comparisonOf(sign: string): Comparison | undefined {
  const holds = signs.get(sign);
  if (!holds) return undefined;
  return (found, wanted) => {
    const order = orderOf(found, wanted);
    return order === undefined || (Number.isNaN(order) && !/[!=]=/.test(sign)) ? undefined : holds(order);
  };
}

const signs: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ["==", (order) => order === 0],
  ["!=", (order) => order !== 0],
  ["<", (order) => order < 0],
  ["<=", (order) => order <= 0],
  [">", (order) => order > 0],
  [">=", (order) => order >= 0],
]);

/** Below, at or above 0; NaN for what is equal or not but has no order; undefined for values of two types, or lists and objects. */
function orderOf(found: JsonValue, wanted: JsonValue): number | undefined {
  if (typeof found === "number" && typeof wanted === "number") return found - wanted;
  if (typeof found === "string" && typeof wanted === "string") return found === wanted ? 0 : found < wanted ? -1 : 1;
  if (typeof found === "boolean" && typeof wanted === "boolean") return found === wanted ? 0 : Number.NaN;
  return undefined;
}

import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/** All values that a path finds in an object, in its order. */
export type JsonPath = (root: JsonValue) => readonly JsonValue[];

/** What one part of a path finds in one value. */
type Step = (value: JsonValue) => readonly JsonValue[];

/** Longer paths are refused. */
const pathMaxChars = 1024;

/**
 * Compiles the subset of JSONPath that printer columns and `kubectl` use: `.a.b`, `.a\.b`, `['a']`, `[0]`, `[-1]`, `[*]`, `.*` and
 * filters such as `[?(@.type=="Ready")]` with `==`, `!=`, `<`, `<=`, `>`, `>=`, or none, which asks whether the value is there.
 * Braces around the whole and a leading `$` are allowed.
 *
 * @throws SporeError `SPORE_INVALID` when the text is not such a path.
 */
export function jsonPath(text: string): JsonPath {
  if (text.length > pathMaxChars) throw malformed(text.slice(0, 40), `is longer than ${pathMaxChars} characters`);
  const inner = text.startsWith("{") && text.endsWith("}") ? text.slice(1, -1) : text;
  const steps = stepsOf(inner.startsWith("$") ? inner.slice(1) : inner, text);
  return (root) => walk(steps, root);
}

const dotted = /^\.((?:[^.[\]\\]|\\.)+)/;
const quoted = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/;
const indexed = /^\[(-?\d{1,9})\]/;
const filtered = /^\[\?\((.*?)\)\]/;

function stepsOf(path: string, whole: string): readonly Step[] {
  const steps: Step[] = [];
  for (let rest = path; rest !== "" && rest !== "."; ) {
    const { step, length } = firstStep(rest, whole);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function firstStep(rest: string, whole: string): { step: Step; length: number } {
  if (rest.startsWith(".*")) return { step: everyMember, length: 2 };
  if (rest.startsWith("[*]")) return { step: everyMember, length: 3 };
  const name = dotted.exec(rest);
  if (name?.[1]) return { step: member(unescaped(name[1])), length: name[0].length };
  const string = quoted.exec(rest);
  if (string) return { step: member(unescaped(string[1] ?? string[2] ?? "")), length: string[0].length };
  const index = indexed.exec(rest);
  if (index) return { step: item(Number(index[1])), length: index[0].length };
  const filter = filtered.exec(rest);
  if (filter?.[1]) return { step: filterOf(filter[1], whole), length: filter[0].length };
  throw malformed(whole, `cannot be read from ${JSON.stringify(rest)} on`);
}

function member(name: string): Step {
  return (value) => (hasMember(value, name) ? [value[name] ?? null] : []);
}

function hasMember(value: JsonValue, name: string): value is JsonObject {
  return isJsonObject(value) && Object.hasOwn(value, name);
}

function item(index: number): Step {
  return (value) => (Array.isArray(value) ? value.slice(index, index === -1 ? undefined : index + 1) : []);
}

function everyMember(value: JsonValue): readonly JsonValue[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

const comparison = /^@(.*?)\s*(==|!=|<=|>=|<|>)\s*(.+)$/;

function filterOf(text: string, whole: string): Step {
  const parts = comparison.exec(text.trim());
  if (!parts) {
    if (!text.trim().startsWith("@")) throw malformed(whole, `has a filter that does not begin with @`);
    const steps = stepsOf(text.trim().slice(1), whole);
    return (value) => members(value).filter((one) => walk(steps, one).length > 0);
  }
  const steps = stepsOf(parts[1] ?? "", whole);
  const wanted = literal(parts[3] ?? "", whole);
  const holds = comparisons[parts[2] ?? ""];
  if (!holds) throw malformed(whole, "has an unknown comparison");
  const meets = (one: JsonValue) => {
    const found = walk(steps, one)[0];
    return found !== undefined && holds(found, wanted);
  };
  return (value) => members(value).filter(meets);
}

const comparisons: Readonly<Record<string, (found: JsonValue, wanted: JsonValue) => boolean>> = {
  "==": (found, wanted) => found === wanted,
  "!=": (found, wanted) => found !== wanted,
  "<": (found, wanted) => order(found, wanted) < 0,
  "<=": (found, wanted) => order(found, wanted) <= 0,
  ">": (found, wanted) => order(found, wanted) > 0,
  ">=": (found, wanted) => order(found, wanted) >= 0,
};

/** Below, at or above 0; NaN, which no comparison holds for, where the two have no order. */
function order(found: JsonValue, wanted: JsonValue): number {
  if (typeof found === "number" && typeof wanted === "number") return found - wanted;
  if (typeof found !== "string" || typeof wanted !== "string") return Number.NaN;
  return found < wanted ? -1 : found > wanted ? 1 : 0;
}

function members(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
}

function walk(steps: readonly Step[], root: JsonValue): readonly JsonValue[] {
  let values: readonly JsonValue[] = [root];
  for (const step of steps) {
    const [value] = values;
    if (value === undefined) return values;
    // Most paths are names only and find one value; a printed list walks thousands of them.
    values = values.length === 1 ? step(value) : values.flatMap(step);
  }
  return values;
}

function literal(text: string, whole: string): JsonValue {
  const string = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/.exec(text);
  if (string) return unescaped(string[1] ?? string[2] ?? "");
  if (text === "true" || text === "false") return text === "true";
  if (/^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  throw malformed(whole, `compares with ${text}, which is neither a quoted string, a number, true nor false`);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

function malformed(path: string, why: string): SporeError {
  return new SporeError("SPORE_INVALID", `The JSONPath ${JSON.stringify(path)} ${why}.`);
}

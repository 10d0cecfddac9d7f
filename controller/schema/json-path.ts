import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { comparisonOf } from "./json-path-comparison.ts";

/** All values that a path finds in an object, in its order. */
export type JsonPath = (root: JsonValue) => readonly JsonValue[];

/** Says what a path finds where it cannot go on, such as behind the end of a list; or throws. */
export type OnDeadEnd = (why: string) => readonly JsonValue[];

/** What one part of a path finds in one value. */
type Find = (value: JsonValue) => readonly JsonValue[];

/** The same in all values that the parts before it found. */
type Step = (values: readonly JsonValue[]) => readonly JsonValue[];

/** What the whole path is about, for its parts. */
interface Reading {
  readonly whole: string;
  readonly onDeadEnd: OnDeadEnd;
}

/** Longer paths are refused. */
const pathMaxChars = 1024;

/**
 * Compiles the JSONPath that printer columns and `kubectl` use (client-go, `util/jsonpath`): `.a.b`, `.a\.b`, `['a']`, `[0]`, `[-1]`,
 * `[1:3]`, `[::2]`, `[0,2]`, `[*]`, `.*`, `..a` and filters such as `[?(@.type=="Ready")]` with `==`, `!=`, `<`, `<=`, `>`, `>=`, or none,
 * which asks whether the value is there. Braces around the whole and a leading `$` are allowed.
 *
 * @param onDeadEnd default: nothing is found there. A member that is missing is no dead end.
 * @throws SporeError `SPORE_INVALID` when the text is not such a path.
 */
export function jsonPath(text: string, onDeadEnd: OnDeadEnd = findNothing): JsonPath {
  if (text.length > pathMaxChars) throw malformed(text.slice(0, 40), `is longer than ${pathMaxChars} characters`);
  const inner = text.startsWith("{") && text.endsWith("}") ? text.slice(1, -1) : text;
  const path = inner.trim();
  const steps = stepsOf(/^[$@]/.test(path) ? path.slice(1) : path, { whole: text, onDeadEnd });
  return (root) => walk(steps, root);
}

const findNothing: OnDeadEnd = () => [];

const dotted = /^\.((?:[^.,[\]{}$@\s\\]|\\.)+)/;
const quoted = /^\[(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")\]/;
const sliced = /^\[(-?\d{1,9})?(?:(:)(-?\d{1,9})?)?(?::(-?\d{1,9})?)?\]/;
const filtered = /^\[\?\(((?:[^"']|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*?)\)\]/;
const united = /^\[([^\]]*,[^\]]*)\]/;

function stepsOf(path: string, reading: Reading): readonly Step[] {
  const steps: Step[] = [];
  for (let rest = path; rest !== "" && rest !== "."; ) {
    const { step, length } = firstStep(rest, reading);
    steps.push(step);
    rest = rest.slice(length);
  }
  return steps;
}

function firstStep(rest: string, reading: Reading): { step: Step; length: number } {
  if (rest.startsWith("....")) throw malformed(reading.whole, "descends twice at once");
  if (rest.startsWith("..")) return { step: each(descendants), length: /^\.\.[.[]|^\.\.$/.test(rest) ? 2 : 1 };
  if (rest.startsWith(".*")) return { step: each(everyMember), length: 2 };
  if (rest.startsWith("[*]")) return { step: each(everyMember), length: 3 };
  const name = dotted.exec(rest);
  if (name?.[1]) return { step: member(unescaped(name[1])), length: name[0].length };
  const string = quoted.exec(rest);
  if (string) return { step: keyed(string, reading), length: string[0].length };
  const slice = sliced.exec(rest);
  if (slice && slice[0] !== "[]") return { step: range(slice, reading), length: slice[0].length };
  const filter = filtered.exec(rest);
  if (filter?.[1]) return { step: filterOf(filter[1], reading), length: filter[0].length };
  const union = united.exec(rest);
  if (union?.[1]) return { step: unionOf(union[1], reading), length: union[0].length };
  throw malformed(reading.whole, `cannot be read from ${JSON.stringify(rest)} on`);
}

/** Most paths are names only and find one value; a printed list walks thousands of them. */
function each(find: Find): Step {
  return (values) => {
    const [only] = values;
    return values.length === 1 && only !== undefined ? find(only) : values.flatMap(find);
  };
}

function member(name: string): Step {
  return each((value) => (hasMember(value, name) ? [value[name] ?? null] : []));
}

function hasMember(value: JsonValue, name: string): value is JsonObject {
  return isJsonObject(value) && Object.hasOwn(value, name);
}

/** `['a.b']` means the same as `.a.b`, as in client-go; between double quotes, which that refuses, stands one name. */
function keyed([, single, double]: RegExpExecArray, reading: Reading): Step {
  if (single === undefined || !/(?<!\\)\./.test(single)) return member(unescaped(single ?? double ?? ""));
  const steps = stepsOf(`.${single}`, reading);
  return (values) => walkAll(steps, values);
}

/** `[first]`, `[first:end]` or `[first:end:step]`; negative positions count from the end. */
function range([, first, colon, end, step]: RegExpExecArray, { onDeadEnd }: Reading): Step {
  const stride = step === undefined ? 1 : Number(step);
  return each((value) => {
    if (value === null) return [];
    if (!Array.isArray(value)) return onDeadEnd(`${typeof value} is not array or slice`);
    const from = placeIn(value, first ?? "0");
    const isLast = colon === undefined || end === undefined;
    const to = colon === undefined ? from + 1 : isLast ? value.length : placeIn(value, end);
    if (to === from) return [];
    if (from < 0 || from >= value.length) return onDeadEnd(outOfBounds(from, value));
    if (to < 0 || to > value.length) return onDeadEnd(outOfBounds(to - 1, value));
    if (from > to) return onDeadEnd(`starting index ${from} is greater than ending index ${to}`);
    if (stride <= 0) return onDeadEnd("step must be > 0");
    const within = value.slice(from, to);
    return stride === 1 ? within : within.filter((_one, index) => index % stride === 0);
  });
}

function placeIn(list: readonly JsonValue[], text: string): number {
  const index = Number(text);
  return index < 0 ? index + list.length : index;
}

function outOfBounds(index: number, { length }: readonly JsonValue[]): string {
  return `array index out of bounds: index ${index}, length ${length}`;
}

function unionOf(text: string, reading: Reading): Step {
  const branches = text.split(",").map((part) => stepsOf(`[${part.trim()}]`, reading));
  return (values) => branches.flatMap((steps) => walkAll(steps, values));
}

/** Members of objects come in the order of their names, as in kubectl, whatever order the server wrote them in. */
function everyMember(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  if (!isJsonObject(value)) return [];
  return Object.keys(value)
    .sort()
    .map((name) => value[name] ?? null);
}

/** `value` and all that is in it and has something in it, from the outside in. */
function descendants(value: JsonValue): readonly JsonValue[] {
  const inner = everyMember(value);
  return inner.length === 0 ? [] : [value, ...inner.flatMap(descendants)];
}

const compared = /^([^!<>=]+)([!<>=]+)(.+)$/;

function filterOf(text: string, reading: Reading): Step {
  const parts = compared.exec(text.trim());
  const isWanted = parts ? comparing(parts, reading) : existing(text.trim(), reading);
  return each((value) => {
    if (value === null) return [];
    if (!Array.isArray(value)) return reading.onDeadEnd(`${typeof value} is not array or slice and cannot be filtered`);
    return value.filter(isWanted);
  });
}

function existing(text: string, reading: Reading): (one: JsonValue) => boolean {
  if (!text.startsWith("@")) throw malformed(reading.whole, "has a filter that does not begin with @");
  const steps = stepsOf(text.slice(1), reading);
  return (one) => walk(steps, one).length > 0;
}

function comparing([, before = "", sign = "", behind = ""]: RegExpExecArray, reading: Reading) {
  const left = operand(before.trim(), reading);
  const right = operand(behind.trim(), reading);
  const holds = comparisonOf(sign);
  if (!holds) throw malformed(reading.whole, `compares by ${sign}, which is not one of == != < <= > >=`);
  return (one: JsonValue): boolean => {
    const [found, secondFound] = left(one);
    const [wanted, secondWanted] = right(one);
    if (found === undefined || wanted === undefined) return false;
    const isOne = secondFound === undefined && secondWanted === undefined;
    const answer = isOne ? holds(found, wanted) : undefined;
    if (answer !== undefined) return answer;
    reading.onDeadEnd(isOne ? "incompatible types for comparison" : "can only compare one element at a time");
    return false;
  };
}

/** One side of a comparison: a path from the element on, or a value. */
function operand(text: string, reading: Reading): JsonPath {
  if (text.startsWith("@")) {
    const steps = stepsOf(text.slice(1), reading);
    return (one) => walk(steps, one);
  }
  const value = literal(text, reading.whole);
  return () => [value];
}

function literal(text: string, whole: string): JsonValue {
  const string = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")$/.exec(text);
  if (string) return unescaped(string[1] ?? string[2] ?? "");
  if (text === "true" || text === "false") return text === "true";
  if (/^[-+]?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  throw malformed(whole, `compares with ${text}, which is neither a quoted string, a number, true nor false`);
}

function walk(steps: readonly Step[], root: JsonValue): readonly JsonValue[] {
  return walkAll(steps, [root]);
}

function walkAll(steps: readonly Step[], roots: readonly JsonValue[]): readonly JsonValue[] {
  let values = roots;
  for (const step of steps) {
    if (values.length === 0) return values;
    values = step(values);
  }
  return values;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, "$1");
}

function malformed(path: string, why: string): SporeError {
  return new SporeError("SPORE_INVALID", `The JSONPath ${JSON.stringify(path)} ${why}.`);
}

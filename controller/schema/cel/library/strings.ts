import { affix, type CostModel, eachElement, joining, replacing, search, splitting, walks } from "../cost.ts";
import { define, isInt, isList, isText, type Overload } from "../functions.ts";
import { characters, Fault, isFault, itemsOf, type ListValue, PlainList, type Value } from "../values.ts";
import { formatted } from "./text-format.ts";

/** Longer texts are not made: a text may be put into another at each of its characters. */
const textMaxCharacters = 2 ** 24;
const tooLong = new Fault(`the text would be longer than ${textMaxCharacters} characters`);
const outOfRange = (index: bigint) => new Fault(`index out of range: ${index}`);
const toLength: CostModel = walks(0, 1, (size) => size);

/** The letters A to Z in the other case, all other characters as they are. */
const lower = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const upper = (text: string) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** Where the character number `index` begins, in JavaScript's units; undefined where the text is shorter. */
function offsetOf(text: string, index: bigint): number | undefined {
  if (index < 0n || index > BigInt(text.length)) return undefined;
  let offset = 0;
  for (let left = Number(index); left > 0; left--) {
    if (offset >= text.length) return undefined;
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

function charAt(text: string, index: bigint): Value {
  const offset = offsetOf(text, index);
  if (offset === undefined) return outOfRange(index);
  const point = text.codePointAt(offset);
  return point === undefined ? "" : String.fromCodePoint(point);
}

/** Part of a text between two places, counted in characters. */
function part(text: string, start: bigint, end: bigint | undefined): Value {
  if (end !== undefined && start > end) return new Fault(`invalid substring range. start: ${start}, end: ${end}`);
  const from = offsetOf(text, start);
  if (from === undefined) return outOfRange(start);
  const to = end === undefined ? text.length : offsetOf(text, end);
  return to === undefined ? outOfRange(end ?? 0n) : text.slice(from, to);
}

/** The place of a text in another from `offset` on, in characters; -1 where it is not. */
function indexOf(text: string, sought: string, offset: bigint): Value {
  if (sought === "") return offset;
  const from = offsetOf(text, offset);
  if (from === undefined) return outOfRange(offset);
  return placeOf(text, text.indexOf(sought, from));
}

function lastIndexOf(text: string, sought: string, offset: bigint | undefined): Value {
  if (sought === "") return offset ?? BigInt(characters(text));
  const from = offset === undefined ? text.length : offsetOf(text, offset);
  if (from === undefined || (offset !== undefined && from >= text.length)) return outOfRange(offset ?? 0n);
  return placeOf(text, text.lastIndexOf(sought, from));
}

/** A place in JavaScript's units as one in characters. */
function placeOf(text: string, at: number): bigint {
  return at < 0 ? -1n : BigInt(characters(text.slice(0, at)));
}

/** The first `limit` occurrences replaced, all of them where it is below 0. */
function replace(text: string, out: string, into: string, limit: bigint): string | Fault {
  if (limit === 0n) return text;
  if (text.length + Math.ceil((text.length + 1) / Math.max(1, out.length)) * into.length > textMaxCharacters)
    return tooLong;
  if (out === "") return interspersed(text, into, limit);
  const parts = text.split(out);
  const count = limit < 0n || limit >= BigInt(parts.length) ? parts.length - 1 : Number(limit);
  return [parts.slice(0, count + 1).join(into), ...parts.slice(count + 1)].join(out);
}

function interspersed(text: string, into: string, limit: bigint): string {
  const points = Array.from(text);
  const count = limit < 0n || limit > BigInt(points.length) ? points.length + 1 : Number(limit);
  return [
    ...points.slice(0, count).map((point) => into + point),
    count > points.length ? into : "",
    ...points.slice(count),
  ].join("");
}

/** Cut into at most `limit` parts, without a bound where it is below 0. */
function split(text: string, separator: string, limit: bigint): Value {
  if (limit === 0n) return new PlainList([]);
  const parts = separator === "" ? Array.from(text) : text.split(separator);
  if (limit < 0n || BigInt(parts.length) <= limit) return new PlainList(parts);
  const most = Number(limit) - 1;
  return new PlainList([...parts.slice(0, most), parts.slice(most).join(separator)]);
}

function join(list: ListValue, separator: string): Value {
  const texts: string[] = [];
  let total = 0;
  for (const item of itemsOf(list)) {
    if (isFault(item)) return item;
    if (typeof item !== "string") return new Fault(`join: invalid input: ${String(item)}`);
    texts.push(item);
    total += item.length + separator.length;
    if (total > textMaxCharacters) return tooLong;
  }
  return texts.join(separator);
}

const blank = /\p{White_Space}/u;

/** Without the blanks around it. Not by one expression: those would look at each run of blanks again for each of its characters. */
function trimmed(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && blank.test(text.charAt(start))) start++;
  while (end > start && blank.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}

const quoteEscapes: ReadonlyMap<string, string> = new Map([
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
  ["\\", "\\\\"],
  ['"', '\\"'],
]);

function quote(text: string): string {
  return `"${Array.from(text, (point) => quoteEscapes.get(point) ?? point).join("")}"`;
}

/** The string functions of the language and its extension, as Kubernetes has them (version 2 of the extension). */
export const stringFunctions: readonly Overload[] = [
  define("contains", "string.(string): bool", [isText, isText], (text, sought) => text.includes(sought), search),
  define("startsWith", "string.(string): bool", [isText, isText], (text, head) => text.startsWith(head), affix),
  define("endsWith", "string.(string): bool", [isText, isText], (text, tail) => text.endsWith(tail), affix),
  define("charAt", "string.(int): string", [isText, isInt], charAt),
  define("indexOf", "string.(string): int", [isText, isText], (text, sought) => indexOf(text, sought, 0n), eachElement),
  define("indexOf", "string.(string, int): int", [isText, isText, isInt], indexOf, eachElement),
  define("lastIndexOf", "string.(string): int", [isText, isText], (a, b) => lastIndexOf(a, b, undefined), eachElement),
  define(
    "lastIndexOf",
    "string.(string, int): int",
    [isText, isText, isInt],
    (a, b, at) => lastIndexOf(a, b, at),
    eachElement,
  ),
  define("lowerAscii", "string.(): string", [isText], lower, toLength),
  define("upperAscii", "string.(): string", [isText], upper, toLength),
  define("trim", "string.(): string", [isText], trimmed, toLength),
  define("substring", "string.(int): string", [isText, isInt], (text, start) => part(text, start, undefined), toLength),
  define(
    "substring",
    "string.(int, int): string",
    [isText, isInt, isInt],
    (text, start, end) => part(text, start, end),
    toLength,
  ),
  define(
    "replace",
    "string.(string, string): string",
    [isText, isText, isText],
    (text, out, into) => replace(text, out, into, -1n),
    replacing,
  ),
  define("replace", "string.(string, string, int): string", [isText, isText, isText, isInt], replace, replacing),
  define(
    "split",
    "string.(string): list<string>",
    [isText, isText],
    (text, separator) => split(text, separator, -1n),
    splitting,
  ),
  define("split", "string.(string, int): list<string>", [isText, isText, isInt], split, splitting),
  define("join", "list<string>.(): string", [isList], (list) => join(list, ""), joining),
  define("join", "list<string>.(string): string", [isList, isText], join, joining),
  define("format", "string.(list<dyn>): string", [isText, isList], formatted, walks(0)),
  define(
    "strings.quote",
    "(string): string",
    [isText],
    quote,
    walks(0, 1, ({ min, max }) => ({ min: min + 2, max: max * 2 + 2 })),
  ),
  define(
    "jsonpatch.escapeKey",
    "(string): string",
    [isText],
    (key) => key.replaceAll("~", "~0").replaceAll("/", "~1"),
    toLength,
  ),
];

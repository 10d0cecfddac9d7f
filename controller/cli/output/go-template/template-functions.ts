import { isJsonObject, type JsonValue } from "../../../base/json.ts";
import { goPrintf } from "./go-printf.ts";
import { goText } from "./go-text.ts";

/** A function that templates call; `fail` throws. */
export type TemplateFunction = (values: readonly JsonValue[], fail: (why: string) => never) => JsonValue;

/** What `if` takes for true: everything but false, 0, and what is empty. */
export function isTrue(value: JsonValue): boolean {
  if (typeof value !== "object" || value === null) return Boolean(value);
  return isJsonObject(value) ? Object.keys(value).length > 0 : value.length > 0;
}

/** The functions of Go's `text/template` and of kubectl, but `and` and `or`, which do not always look at all they get. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ["print", (values) => printed(values)],
  ["println", (values) => `${values.map(goText).join(" ")}\n`],
  ["printf", ([format = null, ...values], fail) => goPrintf(needString("printf", format, fail), values)],
  ["len", ([value = null], fail) => lengthOf(value, fail)],
  ["index", ([value = null, ...keys], fail) => keys.reduce<JsonValue>((from, key) => itemOf(from, key, fail), value)],
  ["slice", ([value = null, from, to], fail) => sliceOf(value, from, to, fail)],
  ["not", ([value = null]) => !isTrue(value)],
  ["eq", ([first = null, ...others], fail) => equalsOne(first, others, fail)],
  ["ne", ([a = null, b = null], fail) => !equalsOne(a, [b], fail)],
  ["lt", ([a = null, b = null], fail) => orderOf("lt", a, b, fail) < 0],
  ["le", ([a = null, b = null], fail) => orderOf("le", a, b, fail) <= 0],
  ["gt", ([a = null, b = null], fail) => orderOf("gt", a, b, fail) > 0],
  ["ge", ([a = null, b = null], fail) => orderOf("ge", a, b, fail) >= 0],
  ["html", (values) => printed(values).replace(/[&<>"'\0]/g, (found) => htmlNames[found] ?? found)],
  ["js", (values) => printed(values).replace(/[\\'"<>&=\p{Cc}]/gu, scriptEscape)],
  ["urlquery", (values) => new URLSearchParams([["", printed(values)]]).toString().slice(1)],
  ["base64decode", ([value = null], fail) => decoded(needString("base64decode", value, fail), fail)],
  ["exists", ([value = null, ...keys]) => exists(value, keys)],
]);

/** Values in a row; a space between two that are no strings. */
function printed(values: readonly JsonValue[]): string {
  return values
    .map((value, index) => {
      const isApart = index > 0 && typeof value !== "string" && typeof values[index - 1] !== "string";
      return `${isApart ? " " : ""}${goText(value)}`;
    })
    .join("");
}

function needString(name: string, value: JsonValue, fail: (why: string) => never): string {
  return typeof value === "string" ? value : fail(`${name} wants a string, and got ${goText(value)}`);
}

function lengthOf(value: JsonValue, fail: (why: string) => never): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value !== "object" || value === null) return fail(`error calling len: len of ${goText(value)}`);
  return isJsonObject(value) ? Object.keys(value).length : value.length;
}

function itemOf(from: JsonValue, key: JsonValue, fail: (why: string) => never): JsonValue {
  if (from === null) return fail("error calling index: index of untyped nil");
  if (isJsonObject(from)) {
    if (typeof key !== "string") return fail(`error calling index: ${goText(key)} is no name of a member`);
    return Object.hasOwn(from, key) ? (from[key] ?? null) : null;
  }
  if (typeof key !== "number" || !Number.isInteger(key))
    return fail(`error calling index: cannot index with ${goText(key)}`);
  if (typeof from === "string") {
    const bytes = Buffer.from(from);
    return bytes[key] ?? fail(`error calling index: index out of range: ${key}`);
  }
  if (typeof from !== "object") return fail(`error calling index: can't index ${goText(from)}`);
  return key >= 0 && key < from.length ? (from[key] ?? null) : fail(`error calling index: index out of range: ${key}`);
}

function sliceOf(
  value: JsonValue,
  from: JsonValue | undefined,
  to: JsonValue | undefined,
  fail: (why: string) => never,
) {
  if (typeof value !== "string" && !Array.isArray(value))
    return fail(`error calling slice: can't slice ${goText(value)}`);
  const [first, last] = [Number(from ?? 0), Number(to ?? value.length)];
  const isInside =
    Number.isInteger(first) && Number.isInteger(last) && first >= 0 && first <= last && last <= value.length;
  return isInside ? value.slice(first, last) : fail(`error calling slice: index out of range: ${first}, ${last}`);
}

function equalsOne(first: JsonValue, others: readonly JsonValue[], fail: (why: string) => never): boolean {
  if (others.length === 0) return fail("error calling eq: missing argument for comparison");
  return others.some((other) => {
    if (first !== null && other !== null && (typeof first !== typeof other || typeof first === "object")) {
      return fail("error calling eq: incompatible types for comparison");
    }
    return first === other;
  });
}

function orderOf(name: string, a: JsonValue, b: JsonValue, fail: (why: string) => never): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "string" && typeof b === "string") return a === b ? 0 : a < b ? -1 : 1;
  return fail(`error calling ${name}: incompatible types for comparison`);
}

const htmlNames: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&#34;",
  "'": "&#39;",
  "\0": "\ufffd",
};

function scriptEscape(found: string): string {
  if (/[\\'"]/.test(found)) return `\\${found}`;
  return `\\u${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function decoded(text: string, fail: (why: string) => never): string {
  const trimmed = text.replace(/[\r\n]/g, "");
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(trimmed);
  return isBase64
    ? Buffer.from(trimmed, "base64").toString()
    : fail("error calling base64decode: base64 decode failed");
}

/** Whether there is something at the end of that way. */
function exists(value: JsonValue, keys: readonly JsonValue[]): boolean {
  let at = value;
  for (const key of keys) {
    if (isJsonObject(at) && typeof key === "string" && Object.hasOwn(at, key)) at = at[key] ?? null;
    else if (Array.isArray(at) && typeof key === "number" && key >= 0 && key < at.length) at = at[key] ?? null;
    else return false;
  }
  return true;
}

import {
  CelUint,
  Duration,
  extentOf,
  Fault,
  itemsOf,
  type ListValue,
  type MapValue,
  Timestamp,
  TypeValue,
  typeNameOf,
  type Value,
} from "../values.ts";
import { doubleText } from "./conversions.ts";
import { durationText, timestampText } from "./times.ts";

/** Digits behind the point of a double where none are asked for. */
const defaultPrecision = 6;
/** More digits than a double can tell apart are refused, and no more can be asked of JavaScript. */
const precisionMax = 100;
/** Longer texts are not made, however often an argument is named. */
const textMaxCharacters = 1_000_000;

/** `text` with its clauses such as `%s` and `%.2f` filled in from `args`, one each. */
export function formatted(text: string, args: ListValue): Value {
  const failed = (why: string) => new Fault(why);
  let result = "";
  let next = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== "%") {
      result += character;
      continue;
    }
    at++;
    if (text.charAt(at) === "%") {
      result += "%";
      continue;
    }
    const [clause = "", digits] = /^(?:\.(\d{1,9}))?[a-zA-Z]?/.exec(text.slice(at)) ?? [];
    if (at >= text.length) return failed("unexpected end of string");
    if (next >= args.size) return failed(`index ${next} out of range`);
    at += Math.max(0, clause.length - 1);
    const precision = digits === undefined ? defaultPrecision : Number(digits);
    if (precision > precisionMax) return failed(`precision ${precision} is above ${precisionMax}`);
    const written = writtenAs(clause.slice(-1), args.at(next++), precision);
    if (written instanceof Fault) return written;
    result += written;
    if (result.length > textMaxCharacters) return failed(`the text is longer than ${textMaxCharacters} characters`);
  }
  return result;
}

function writtenAs(letter: string, value: Value, precision: number): string | Fault {
  switch (letter) {
    case "s":
      return textOf(value);
    case "d":
      return wholeText(value, 10, "decimal clause can only be used on integers");
    case "f":
      return floatText(value, "fixed-point", (number) => number.toFixed(precision));
    case "e":
      return floatText(value, "scientific", (number) =>
        number.toExponential(precision).replace(/e([+-])(\d)$/, "e$10$2"),
      );
    case "b":
      if (typeof value === "boolean") return value ? "1" : "0";
      return wholeText(value, 2, "only integers and bools can be formatted as binary");
    case "o":
      return wholeText(value, 8, "octal clause can only be used on integers");
    case "x":
    case "X":
      return letter === "x" ? hexText(value) : upperCase(hexText(value));
    default:
      return new Fault(`could not parse formatting clause: unrecognized formatting clause "${letter}"`);
  }
}

const upperCase = (text: string | Fault) => (text instanceof Fault ? text : text.toUpperCase());

function wholeText(value: Value, base: number, why: string): string | Fault {
  const number = value instanceof CelUint ? value.value : value;
  if (typeof number === "bigint") return number.toString(base);
  if (typeof number === "number" && base === 10 && !Number.isFinite(number)) return specialText(number);
  return new Fault(`error during formatting: ${why}, was given ${typeNameOf(value)}`);
}

function specialText(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
}

function hexText(value: Value): string | Fault {
  if (typeof value === "string") return Buffer.from(value).toString("hex");
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return wholeText(value, 16, "only integers, byte buffers, and strings can be formatted as hex");
}

function floatText(value: Value, clause: string, write: (number: number) => string): string | Fault {
  if (typeof value !== "number") {
    return new Fault(
      `error during formatting: ${clause} clause can only be used on doubles, was given ${typeNameOf(value)}`,
    );
  }
  return Number.isFinite(value) ? write(value) : specialText(value);
}

/** A value as `%s` writes it. */
function textOf(value: Value): string | Fault {
  if (value instanceof Fault) return value;
  if (value === null) return "null";
  if (typeof value === "number") return Number.isFinite(value) ? doubleText(value) : specialText(value);
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString("utf8");
  if (value instanceof CelUint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.name;
  if (value.kind === "list" || value.kind === "map") return containerText(value);
  return new Fault(
    `error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given ${typeNameOf(value)}`,
  );
}

function containerText(value: ListValue | MapValue): string | Fault {
  const parts: string[] = [];
  const add = (item: Value, prefix: string): Fault | undefined => {
    const text = elementText(item);
    if (text instanceof Fault) return text;
    parts.push(prefix + text);
    return undefined;
  };
  if (extentOf(value) > textMaxCharacters) return new Fault("the value is too large to be written");
  if (value.kind === "list") {
    for (const item of itemsOf(value)) {
      const fault = add(item, "");
      if (fault) return fault;
    }
    return `[${parts.join(", ")}]`;
  }
  for (const key of [...value.keys()].sort()) {
    const keyText = elementText(key);
    if (keyText instanceof Fault) return keyText;
    const fault = add(value.get(key) ?? null, `${keyText}:`);
    if (fault) return fault;
  }
  return `{${parts.join(", ")}}`;
}

/** A value within a list or map, written as the language writes it. */
function elementText(value: Value): string | Fault {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number" && Number.isFinite(value)) return value.toFixed(defaultPrecision);
  if (value instanceof Timestamp) return `timestamp("${timestampText(value)}")`;
  if (value instanceof Duration) return `duration("${durationText(value)}")`;
  if (value instanceof Uint8Array) return `b"${Buffer.from(value).toString("utf8")}"`;
  return textOf(value);
}

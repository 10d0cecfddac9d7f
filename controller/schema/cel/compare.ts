import {
  CelUint,
  Duration,
  Fault,
  isFault,
  type ListValue,
  type MapValue,
  noSuchOverload,
  OptionalValue,
  Timestamp,
  TypeValue,
  type Value,
} from "./values.ts";

/** Counts the values that were looked at, and a part of one for each character of a text. */
export interface Meter {
  values: number;
}

/** Of a text, this many characters count as one value. */
const charactersPerValue = 64;

/** Whether two values are equal. Numbers of different types are compared by value, all other values of different types differ. */
export function isEqual(a: Value, b: Value, meter: Meter): boolean | Fault {
  meter.values += typeof a === "string" ? 1 + a.length / charactersPerValue : 1;
  const x = asNumber(a);
  if (x !== undefined) {
    const y = asNumber(b);
    // biome-ignore lint/suspicious/noDoubleEquals: an integer and a double are equal when their values are.
    return y !== undefined && x == y;
  }
  if (isFault(a)) return a;
  if (isFault(b)) return b;
  if (a === b) return true;
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return false;
  if (a instanceof Uint8Array) return b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  if (b instanceof Uint8Array) return false;
  if (a instanceof Timestamp) return b instanceof Timestamp && a.nanoseconds === b.nanoseconds;
  if (a instanceof Duration) return b instanceof Duration && a.nanoseconds === b.nanoseconds;
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name;
  if (a instanceof OptionalValue) return b instanceof OptionalValue && isSameOptional(a, b, meter);
  if (a.kind === "list") return b.kind === "list" && isSameList(a, b, meter);
  if (a.kind === "map") return b.kind === "map" && isSameMap(a, b, meter);
  return a.kind === "opaque" && b.kind === "opaque" && a.isSame(b);
}

function asNumber(value: Value): number | bigint | undefined {
  if (typeof value === "number" || typeof value === "bigint") return value;
  return value instanceof CelUint ? value.value : undefined;
}

function isSameOptional(a: OptionalValue, b: OptionalValue, meter: Meter): boolean | Fault {
  if (a.value === undefined || b.value === undefined) return a.value === b.value;
  return isEqual(a.value, b.value, meter);
}

function isSameList(a: ListValue, b: ListValue, meter: Meter): boolean | Fault {
  if (a.source !== undefined && a.source === b.source) return true;
  if (a.manner) return a.manner.isSame(b, meter);
  if (a.size !== b.size) return false;
  for (let index = 0; index < a.size; index++) {
    const same = isEqual(a.at(index), b.at(index), meter);
    if (same !== true) return same;
  }
  return true;
}

function isSameMap(a: MapValue, b: MapValue, meter: Meter): boolean | Fault {
  if (a.source !== undefined && a.source === b.source) return true;
  if (a.size !== b.size || a.hasSameRest?.(b) === false) return false;
  for (const key of a.keys()) {
    const one = a.get(key);
    const other = b.get(key);
    if (one === undefined || other === undefined) {
      if (one !== other) return false;
      continue;
    }
    const same = isEqual(one, other, meter);
    if (same !== true) return same;
  }
  return true;
}

/** Below 0 where `a` comes first, above where `b` does. Only numbers, strings, bytes, bools and times have an order. */
export function compare(a: Value, b: Value): number | Fault {
  const x = asNumber(a);
  const y = asNumber(b);
  if (x !== undefined && y !== undefined) {
    if (Number.isNaN(x) || Number.isNaN(y)) return new Fault("NaN values cannot be ordered");
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (typeof a === "string" && typeof b === "string") return compareTexts(a, b);
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  const isTime = (a instanceof Timestamp && b instanceof Timestamp) || (a instanceof Duration && b instanceof Duration);
  if (!isTime) return noSuchOverload;
  return a.nanoseconds < b.nanoseconds ? -1 : a.nanoseconds > b.nanoseconds ? 1 : 0;
}

/** By code point, as UTF-8 sorts. */
function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a.charCodeAt(index) === b.charCodeAt(index)) index++;
  if (index === length) return a.length - b.length;
  // Surrogates stand for characters above all that are written with one unit.
  const rank = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);
  return rank(a.charCodeAt(index)) - rank(b.charCodeAt(index));
}

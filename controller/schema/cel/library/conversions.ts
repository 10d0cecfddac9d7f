import { walks } from "../cost.ts";
import { define, isAny, isBool, isBytes, isDouble, isInt, isText, isUint, type Overload } from "../functions.ts";
import { type CelUint, Fault, TypeValue, typeNameOf, type Value } from "../values.ts";
import { intOf, uintOf } from "./standard.ts";

/** From this power of ten on, Go writes an exponent. */
const plainExponentMax = 6;

/** A double as Go's `%g` writes it: the shortest text that reads back as the same number. */
export function doubleText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const [mantissa = "", power = "0"] = value.toExponential().split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < plainExponentMax) return plainText(value);
  const sign = exponent < 0 ? "-" : "+";
  return `${mantissa}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Without an exponent. */
function plainText(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(20).replace(/0+$/, "") : text;
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...["1", "t", "T", "TRUE", "true", "True"].map((text) => [text, true] as const),
  ...["0", "f", "F", "FALSE", "false", "False"].map((text) => [text, false] as const),
]);

const notConvertible = (type: string) => new Fault(`type conversion error from 'string' to '${type}'`);

function parsed(text: string, pattern: RegExp, type: string, made: (text: string) => Value): Value {
  if (!pattern.test(text)) return notConvertible(type);
  // More digits than any integer has are not worth reading.
  const digits = text.replace(/^[+-]?0*(?=\d)/, "");
  const value = type !== "double" && digits.length > 20 ? undefined : made(text);
  return value === undefined || value instanceof Fault ? notConvertible(type) : value;
}

function whole(value: number, bound: (value: bigint) => Value): Value {
  return Number.isFinite(value) ? bound(BigInt(Math.trunc(value))) : new Fault("integer overflow");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(data: Uint8Array): Value {
  try {
    return decoder.decode(data);
  } catch (error) {
    if (error instanceof TypeError) return new Fault("invalid UTF-8 in bytes, cannot convert to string");
    throw error;
  }
}

/** Conversions between the plain types, `dyn` and `type`. */
export const conversions: readonly Overload[] = [
  define("int", "(int): int", [isInt], (value) => value),
  define("int", "(uint): int", [isUint], ({ value }) => intOf(value)),
  define("int", "(double): int", [isDouble], (value) => whole(value, intOf)),
  define("int", "(string): int", [isText], (text) => {
    return parsed(text, /^[+-]?\d+$/, "int", (digits) => intOf(BigInt(digits.replace(/^\+/, ""))));
  }),
  define("uint", "(uint): uint", [isUint], (value) => value),
  define("uint", "(int): uint", [isInt], uintOf),
  define("uint", "(double): uint", [isDouble], (value) => whole(value, uintOf)),
  define("uint", "(string): uint", [isText], (text) => {
    return parsed(text, /^\d+$/, "uint", (digits) => uintOf(BigInt(digits)));
  }),
  define("double", "(double): double", [isDouble], (value) => value),
  define("double", "(int): double", [isInt], Number),
  define("double", "(uint): double", [isUint], ({ value }) => Number(value)),
  define("double", "(string): double", [isText], (text) => {
    return parsed(text, /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, "double", Number);
  }),
  define("bool", "(bool): bool", [isBool], (value) => value),
  define("bool", "(string): bool", [isText], (text) => {
    return truths.get(text) ?? notConvertible("bool");
  }),
  define("string", "(string): string", [isText], (value) => value),
  define("string", "(int): string", [isInt], String),
  define("string", "(uint): string", [isUint], ({ value }: CelUint) => String(value)),
  define("string", "(double): string", [isDouble], doubleText),
  define("string", "(bool): string", [isBool], String),
  define(
    "string",
    "(bytes): string",
    [isBytes],
    decoded,
    walks(0, 1, ({ min, max }) => ({ min: min / 4, max })),
  ),
  define("bytes", "(bytes): bytes", [isBytes], (value) => value),
  define(
    "bytes",
    "(string): bytes",
    [isText],
    (text) => Uint8Array.from(Buffer.from(text)),
    walks(0, 1, ({ min, max }) => ({ min, max: max * 4 })),
  ),
  define("dyn", "(A): dyn", [isAny], (value) => value),
  define("type", "(A): type<A>", [isAny], (value) => new TypeValue(typeNameOf(value))),
];

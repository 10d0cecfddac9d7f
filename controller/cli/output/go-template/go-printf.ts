import { isJsonObject, type JsonValue } from "../../../base/json.ts";
import { goNumber } from "../go-number.ts";
import { goText } from "./go-text.ts";

/** `fmt.Sprintf` of Go, with the verbs that make sense for JSON: `%v %s %q %d %f %e %g %t %x %c %T %%`, flags, width and precision. */
export function goPrintf(format: string, values: readonly JsonValue[]): string {
  let next = 0;
  const text = format.replace(
    /%([-+# 0]*)(\d+)?(?:\.(\d+))?(.)?/gsu,
    (_whole, flags: string, width: string | undefined, precision: string | undefined, verb: string | undefined) => {
      if (verb === undefined) return "%!(NOVERB)";
      if (verb === "%") return "%";
      if (next >= values.length) return `%!${verb}(MISSING)`;
      const value = values[next++] ?? null;
      const shown = formatted(verb, value, flags, precision === undefined ? undefined : Number(precision));
      return padded(shown ?? `%!${verb}(${misfit(value)})`, flags, Number(width ?? 0), typeof value === "number");
    },
  );
  const extra = values.slice(next);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.map(misfit).join(", ")})`;
}

/** Undefined when the verb and the value do not fit. */
function formatted(verb: string, value: JsonValue, flags: string, precision: number | undefined): string | undefined {
  const sign = flags.includes("+") && typeof value === "number" && value >= 0 ? "+" : "";
  switch (verb) {
    case "v":
      return precision === undefined || typeof value !== "string" ? sign + goText(value) : cut(value, precision);
    case "T":
      return typeName(value);
    case "s":
      if (typeof value === "object" && value !== null) return goText(value);
      return typeof value === "string" ? cut(value, precision) : undefined;
    case "q":
      return typeof value === "string" ? quoted(value) : undefined;
    case "t":
      return typeof value === "boolean" ? String(value) : undefined;
    case "x":
    case "X": {
      const shown = hexOf(value);
      return verb === "X" ? shown?.toUpperCase() : shown;
    }
    default:
      return typeof value === "number" ? formattedNumber(verb, value, sign, precision) : undefined;
  }
}

function formattedNumber(verb: string, value: number, sign: string, precision: number | undefined): string | undefined {
  switch (verb) {
    case "d":
      return Number.isInteger(value) ? sign + goNumber(value) : undefined;
    case "c":
      return Number.isInteger(value) ? String.fromCodePoint(value) : undefined;
    case "f":
    case "F":
      return sign + value.toFixed(precision ?? 6);
    case "e":
      return sign + value.toExponential(precision ?? 6).replace(/e([-+])(\d)$/, "e$10$2");
    case "g":
      return sign + (precision === undefined ? goNumber(value) : goNumber(Number(value.toPrecision(precision))));
    default:
      return undefined;
  }
}

function cut(value: string, precision: number | undefined): string {
  return precision === undefined ? value : [...value].slice(0, precision).join("");
}

function hexOf(value: JsonValue): string | undefined {
  if (typeof value === "string") return Buffer.from(value).toString("hex");
  return typeof value === "number" && Number.isInteger(value) ? value.toString(16) : undefined;
}

function padded(text: string, flags: string, width: number, isNumber: boolean): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (flags.includes("-")) return text + " ".repeat(missing);
  if (!flags.includes("0") || !isNumber) return " ".repeat(missing) + text;
  const [, sign = "", rest = ""] = /^([-+]?)(.*)$/.exec(text) ?? [];
  return sign + "0".repeat(missing) + rest;
}

function misfit(value: JsonValue): string {
  return value === null ? "<nil>" : `${typeName(value)}=${goText(value)}`;
}

function typeName(value: JsonValue): string {
  if (value === null) return "<nil>";
  if (isJsonObject(value)) return "map[string]interface {}";
  if (typeof value === "object") return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

/** In double quotes, as Go writes strings in source. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, (_whole, hex: string) =>
    hex === "07" ? "\\a" : hex === "0b" ? "\\v" : `\\x${hex}`,
  );
}

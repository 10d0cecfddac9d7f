import { goNumber, uint64Max } from "./go-number.ts";

/** Where a line is long enough to be folded at its next space. */
const foldColumn = 80;

/** Where a value stands: lines that continue it begin in column `margin`; it begins in `column` itself. */
interface Place {
  readonly margin: number;
  readonly column: number;
}

/** A string, number, boolean or null as go-yaml 2 writes it. */
export function scalar(value: string | number | boolean | null, margin: number, column: number): string {
  if (typeof value === "string") return text(value, { margin, column });
  return typeof value === "number" ? goNumber(value, uint64Max) : String(value);
}

/** The name of a member; never more than one line. */
export function keyScalar(name: string): string {
  return name.includes("\n") ? doubleQuoted(name, undefined) : text(name, undefined);
}

function text(value: string, place: Place | undefined): string {
  if (unprintable.test(value)) return doubleQuoted(value, place);
  if (value.includes("\n")) {
    return / \n| $/.test(value) || !place ? doubleQuoted(value, place) : literalBlock(value, place.margin);
  }
  if (isTakenForOther(value)) return doubleQuoted(value, place);
  if (mayBePlain(value)) return folded(value, place, 0);
  return `'${folded(value.replaceAll("'", "''"), place, 1)}'`;
}

/** Everything but line breaks that libyaml does not print as it is. */
const unprintable = /[^\n\u0020-\u007e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** libyaml's rules for a string without quotes. */
function mayBePlain(value: string): boolean {
  if (/^ | $/.test(value) || /^(---|\.\.\.)/.test(value)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(value) || /^[?:-](\s|$)/.test(value)) return false;
  return !/:(\s|$)/.test(value) && !/\s#/.test(value);
}

/** YAML 1.1: what looks like this and has no quotes is no string. */
const others = [
  /^$|^~$|^null$|^Null$|^NULL$/,
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
  /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/,
  /^[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+)$/,
  /^[-+]?0[xX][0-9a-fA-F_]+$|^[-+]?0[bB][01_]+$|^[-+]?0[oO][0-7_]+$/,
  /^[-+.0-9][0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)?$/,
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/,
];

function isTakenForOther(value: string): boolean {
  return isDate(value) || (others.some((pattern) => pattern.test(value)) && /^$|[0-9a-zA-Z~]/.test(value));
}

function isDate(value: string): boolean {
  const parts =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d{2}:\d{2})| \d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?))?$/;
  const [, year = "", month = "", day = ""] = parts.exec(value) ?? [];
  if (year === "") return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function literalBlock(value: string, margin: number): string {
  const hint = /^[ \n]/.test(value) ? "2" : "";
  const chomping = !value.endsWith("\n") ? "-" : /\n\n$|^\n$/.test(value) ? "+" : "";
  const lines = (value.endsWith("\n") ? value.slice(0, -1) : value).split("\n");
  const indent = " ".repeat(Math.max(2, margin));
  return `|${hint}${chomping}\n${lines.map((line) => (line === "" ? "" : indent + line)).join("\n")}`;
}

/** Breaks lines at single spaces once they are long; `quotes` is the width of what stands before the text. */
function folded(value: string, place: Place | undefined, quotes: 0 | 1): string {
  if (!place || place.column + value.length <= foldColumn) return value;
  const characters = [...value];
  let column = place.column + quotes;
  let result = "";
  characters.forEach((character, index) => {
    const isSingle = character === " " && characters[index - 1] !== " " && characters[index + 1] !== " ";
    const isInside = quotes === 0 || (index > 0 && index < characters.length - 1);
    if (isSingle && isInside && column > foldColumn) {
      result += `\n${" ".repeat(place.margin)}`;
      column = place.margin;
    } else {
      result += character;
      column += 1;
    }
  });
  return result;
}

const named = new Map(
  Object.entries({ "\0": "0", "\x07": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r" }).concat(
    Object.entries({ "\x1b": "e", '"': '"', "\\": "\\", "\u0085": "N", "\u00a0": "_", "\u2028": "L", "\u2029": "P" }),
  ),
);

function doubleQuoted(value: string, place: Place | undefined): string {
  let column = (place?.column ?? 0) + 1;
  let result = "";
  const characters = [...value];
  characters.forEach((character, index) => {
    const isInside = index > 0 && index < characters.length - 1;
    if (place && character === " " && characters[index - 1] !== " " && isInside && column > foldColumn) {
      const next = characters[index + 1] === " " ? "\\" : "";
      result += `\n${" ".repeat(place.margin)}${next}`;
      column = place.margin + next.length;
    } else {
      const shown = escaped(character);
      result += shown;
      column += shown.length;
    }
  });
  return `"${result}"`;
}

function escaped(character: string): string {
  const letter = named.get(character);
  if (letter !== undefined) return letter === "_" ? character : `\\${letter}`;
  if (!unprintable.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

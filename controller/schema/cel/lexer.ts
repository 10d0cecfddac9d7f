import type { Issue } from "./issues.ts";
import { readString } from "./string-literal.ts";
import { CelUint, type Value } from "./values.ts";

/** A word of an expression. `text` is the operator, the name or, for literals, the text as written. */
export type Token =
  | { readonly kind: "name" | "operator" | "end"; readonly text: string; readonly at: number }
  | {
      readonly kind: "literal";
      readonly text: string;
      readonly at: number;
      readonly value: Value;
      readonly type: LiteralType;
    };

export type LiteralType = "int" | "uint" | "double" | "string" | "bytes";

const operators = [
  ...["==", "!=", "<=", ">=", "&&", "||"],
  ...["<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]", "{", "}"],
];
const int64Max = 2n ** 63n;
const uint64Max = 2n ** 64n;

/** The tokens of an expression, an `end` last; or the first thing that is no token. */
export function tokensOf(source: string): readonly Token[] | Issue {
  const points = Array.from(source);
  const tokens: Token[] = [];
  let at = 0;
  while (at < points.length) {
    const rest = points.slice(at, at + 3).join("");
    if (/^[ \t\r\n\f]/.test(rest)) at++;
    else if (rest.startsWith("//")) while (at < points.length && points[at] !== "\n") at++;
    else {
      const token = tokenAt(points, at);
      if ("message" in token) return token;
      tokens.push(token.token);
      at = token.end;
    }
  }
  return [...tokens, { kind: "end", text: "<EOF>", at }];
}

type Lexed = { readonly token: Token; readonly end: number } | Issue;

function tokenAt(points: readonly string[], at: number): Lexed {
  const string = readString(points, at);
  if (string !== undefined) {
    if ("message" in string) return string;
    const { value, end } = string;
    const type = typeof value === "string" ? "string" : "bytes";
    return { token: { kind: "literal", text: points.slice(at, end).join(""), at, value, type }, end };
  }
  const first = points[at] ?? "";
  if (/[0-9]/.test(first) || (first === "." && /[0-9]/.test(points[at + 1] ?? ""))) return numberAt(points, at);
  if (/[A-Za-z_]/.test(first)) {
    const text = takeWhile(points, at, /[A-Za-z0-9_]/);
    return { token: { kind: "name", text, at }, end: at + text.length };
  }
  if (first === "`") return quotedName(points, at);
  const pair = first + (points[at + 1] ?? "");
  const operator = operators.find((one) => one === pair) ?? operators.find((one) => one === first);
  if (operator === undefined) return { at, message: `Syntax error: token recognition error at: '${first}'` };
  return { token: { kind: "operator", text: operator, at }, end: at + operator.length };
}

function takeWhile(points: readonly string[], from: number, pattern: RegExp): string {
  let end = from;
  while (end < points.length && pattern.test(points[end] ?? "")) end++;
  return points.slice(from, end).join("");
}

/** A field's name between backticks, which may hold `-`, `.`, `/` and blanks. */
function quotedName(points: readonly string[], at: number): Lexed {
  const text = takeWhile(points, at + 1, /[A-Za-z0-9_.\-/ ]/);
  const end = at + 1 + text.length;
  if (text === "" || points[end] !== "`") {
    return { at, message: "Syntax error: token recognition error at: '`'" };
  }
  return { token: { kind: "name", text, at }, end: end + 1 };
}

function numberAt(points: readonly string[], at: number): Lexed {
  const text = numberText(points, at);
  const isUint = /[uU]/.test(points[at + text.length] ?? "") && !/[.eE]/.test(text.replace(/^0x.*/i, ""));
  const end = at + text.length + (isUint ? 1 : 0);
  const literal = (value: Value, type: LiteralType): Lexed => ({
    token: { kind: "literal", text: points.slice(at, end).join(""), at, value, type },
    end,
  });
  if (!/^0x/i.test(text) && /[.eE]/.test(text)) return literal(Number(text), "double");
  const value = BigInt(text);
  if (isUint) {
    return value < uint64Max ? literal(new CelUint(value), "uint") : { at, message: "invalid uint literal" };
  }
  // The lowest integer is written as the negation of one that is too high; the parser sees to the sign.
  return value <= int64Max ? literal(value, "int") : { at, message: "invalid int literal" };
}

function numberText(points: readonly string[], at: number): string {
  const hex = /^0x[0-9a-fA-F]/i.test(points.slice(at, at + 3).join(""));
  if (hex) return points.slice(at, at + 2).join("") + takeWhile(points, at + 2, /[0-9a-fA-F]/);
  let text = takeWhile(points, at, /[0-9]/);
  if (points[at + text.length] === "." && /[0-9]/.test(points[at + text.length + 1] ?? "")) {
    text += `.${takeWhile(points, at + text.length + 1, /[0-9]/)}`;
  }
  const exponent = /^[eE][+-]?[0-9]/.exec(points.slice(at + text.length, at + text.length + 3).join(""));
  if (exponent === null) return text;
  const sign = /[+-]/.test(exponent[0]) ? 2 : 1;
  const mark = points.slice(at + text.length, at + text.length + sign).join("");
  return text + mark + takeWhile(points, at + text.length + sign, /[0-9]/);
}

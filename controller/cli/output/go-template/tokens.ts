import { SporeError } from "../../../base/errors.ts";

/** One word of what stands between `{{` and `}}`. */
export interface Token {
  readonly type: "string" | "number" | "name" | "variable" | "field" | "mark";
  /** The value of a string; the name without its `$` or `.`; the text of anything else. */
  readonly text: string;
  /** Whether white space stands before it: `.a.b` is one operand, `.a .b` are two. */
  readonly isApart: boolean;
}

/** Text that is shown as it is, or an action. */
export type Piece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "action"; readonly tokens: readonly Token[]; readonly line: number };

/**
 * Parts a template in text and actions, and drops comments and the white space that `{{- ` and ` -}}` say.
 *
 * @throws SporeError `SPORE_USAGE`, which names the line.
 */
export function piecesOf(template: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimsNext = false;
  for (;;) {
    const open = template.indexOf("{{", at);
    const text = open < 0 ? template.slice(at) : template.slice(at, open);
    const trimsBefore = open >= 0 && /^\{\{-\s/.test(template.slice(open, open + 4));
    const shown = trimsNext ? text.trimStart() : text;
    pieces.push({ type: "text", text: trimsBefore ? shown.trimEnd() : shown });
    if (open < 0) return pieces.filter((piece) => piece.type === "action" || piece.text !== "");
    const line = lineAt(template, open);
    const action = readAction(template, open + (trimsBefore ? 3 : 2), line);
    if (action.tokens) pieces.push({ type: "action", tokens: action.tokens, line });
    trimsNext = action.trimsNext;
    at = action.end;
  }
}

/** @throws SporeError always. */
export function refuseTemplate(line: number, why: string, hint = "Look at that line."): never {
  throw new SporeError("SPORE_USAGE", `the go-template, line ${line}: ${why}`, { hint });
}

function lineAt(template: string, at: number): number {
  return template.slice(0, at).split("\n").length;
}

interface Action {
  /** Undefined for a comment. */
  readonly tokens: readonly Token[] | undefined;
  readonly end: number;
  readonly trimsNext: boolean;
}

const closing = /(\s-)?\}\}/y;

function readAction(template: string, from: number, line: number): Action {
  const comment = /\s*\/\*[\s\S]*?\*\/(\s-)?\}\}/y;
  comment.lastIndex = from;
  const commented = comment.exec(template);
  if (commented) return { tokens: undefined, end: comment.lastIndex, trimsNext: commented[1] !== undefined };
  const tokens: Token[] = [];
  let at = from;
  for (;;) {
    closing.lastIndex = at;
    const closed = closing.exec(template);
    if (closed) return { tokens, end: closing.lastIndex, trimsNext: closed[1] !== undefined };
    const space = /^\s*/.exec(template.slice(at))?.[0].length ?? 0;
    if (space > 0) {
      closing.lastIndex = at + space;
      const closedLater = closing.exec(template);
      if (closedLater) return { tokens, end: closing.lastIndex, trimsNext: closedLater[1] !== undefined };
    }
    at += space;
    if (at >= template.length) refuseTemplate(line, "an action is not closed", "Each {{ needs a }}.");
    const { token, length } = readToken(template.slice(at), space > 0, line);
    tokens.push(token);
    at += length;
  }
}

const patterns = {
  quoted: /^"(?:[^"\\\n]|\\.)*"/,
  raw: /^`[^`]*`/,
  character: /^'(?:[^'\\\n]|\\.)+'/,
  number: /^[-+]?(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)/,
  field: /^\.([\p{L}_][\p{L}\p{Nd}_]*)/u,
  variable: /^\$([\p{L}\p{Nd}_]*)/u,
  name: /^[\p{L}_][\p{L}\p{Nd}_]*/u,
  mark: /^(?::=|[=|(),.])/,
} as const;

function readToken(rest: string, isApart: boolean, line: number): { token: Token; length: number } {
  const token = (type: Token["type"], text: string, length: number) => ({ token: { type, text, isApart }, length });
  const quoted = patterns.quoted.exec(rest);
  if (quoted) return token("string", unquoted(quoted[0].slice(1, -1)), quoted[0].length);
  const raw = patterns.raw.exec(rest);
  if (raw) return token("string", raw[0].slice(1, -1), raw[0].length);
  const character = patterns.character.exec(rest);
  if (character) {
    const code = unquoted(character[0].slice(1, -1)).codePointAt(0);
    return token("number", String(code), character[0].length);
  }
  const number = patterns.number.exec(rest);
  if (number) return token("number", number[0], number[0].length);
  const field = patterns.field.exec(rest);
  if (field?.[1]) return token("field", field[1], field[0].length);
  const variable = patterns.variable.exec(rest);
  if (variable) return token("variable", variable[1] ?? "", variable[0].length);
  const name = patterns.name.exec(rest);
  if (name) return token("name", name[0], name[0].length);
  const mark = patterns.mark.exec(rest);
  if (mark) return token("mark", mark[0], mark[0].length);
  return refuseTemplate(line, `${JSON.stringify(rest.slice(0, 12))} cannot be read`);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** What a quoted string of Go says. */
export function unquoted(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g, (_whole, x, u, long, one) => {
    const code = x ?? u ?? long;
    return code === undefined ? (escapes[one] ?? one) : String.fromCodePoint(Number.parseInt(code, 16));
  });
}

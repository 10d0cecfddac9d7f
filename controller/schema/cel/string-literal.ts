import type { Issue } from "./issues.ts";

type Read = { readonly value: string | Uint8Array; readonly end: number } | Issue;

const escapes: ReadonlyMap<string, string> = new Map([
  ...["\\", "?", '"', "'", "`"].map((character) => [character, character] as const),
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["v", "\v"],
]);

/** Digits after the letter of an escape that names a character by number. */
const numbered: ReadonlyMap<string, number> = new Map([
  ["x", 2],
  ["X", 2],
  ["u", 4],
  ["U", 8],
]);

/** The string or bytes that begin at `at`, with prefixes (`r`, `b`) and single or triple quotes; undefined when none does. */
export function readString(points: readonly string[], at: number): Read | undefined {
  const prefix = /^(?:[rR][bB]?|[bB][rR]?)?(?=["'])/.exec(points.slice(at, at + 3).join(""))?.[0];
  if (prefix === undefined) return undefined;
  const start = at + prefix.length;
  const mark = points[start] ?? "";
  const isTriple = points[start + 1] === mark && points[start + 2] === mark;
  const quote = isTriple ? mark.repeat(3) : mark;
  const isRaw = /r/i.test(prefix);
  const isBytes = /b/i.test(prefix);
  const content = new Content(isBytes);
  for (let next = start + quote.length; next < points.length; ) {
    const point = points[next] ?? "";
    if (points.slice(next, next + quote.length).join("") === quote) {
      return { value: content.value(), end: next + quote.length };
    }
    if (!isTriple && /[\r\n]/.test(point)) break;
    if (point !== "\\" || isRaw) {
      content.add(point);
      next++;
      // A raw text may hold its quote after a backslash; both stay.
      if (point === "\\" && !isTriple && points[next] === mark) content.add(points[next++] ?? "");
      continue;
    }
    const end = readEscape(points, next + 1, content);
    if (end === undefined) {
      const shown = points.slice(next, next + 2).join("");
      return { at: next, message: `Syntax error: token recognition error at: '${shown}'` };
    }
    next = end;
  }
  return { at, message: `Syntax error: token recognition error at: '${points.slice(at, at + 64).join("")}'` };
}

/** Adds what the escape at `at` (behind the backslash) means. Answers where it ends, or undefined where it is none. */
function readEscape(points: readonly string[], at: number, content: Content): number | undefined {
  const letter = points[at] ?? "";
  const plain = escapes.get(letter);
  if (plain !== undefined) {
    content.add(plain);
    return at + 1;
  }
  const length = numbered.get(letter);
  const digits = length === undefined ? points.slice(at, at + 3) : points.slice(at + 1, at + 1 + length);
  const text = digits.join("");
  const isWhole =
    length === undefined ? /^[0-3][0-7]{2}$/.test(text) : new RegExp(`^[0-9a-fA-F]{${length}}$`).test(text);
  if (!isWhole) return undefined;
  const code = Number.parseInt(text, length === undefined ? 8 : 16);
  if (!content.addCode(code, length === undefined || length === 2)) return undefined;
  return at + (length === undefined ? 3 : 1 + length);
}

/** Gathers a string, or the bytes of one. */
class Content {
  readonly #isBytes: boolean;
  #text = "";
  readonly #bytes: number[] = [];

  constructor(isBytes: boolean) {
    this.#isBytes = isBytes;
  }

  add(text: string): void {
    if (this.#isBytes) this.#bytes.push(...Buffer.from(text));
    else this.#text += text;
  }

  /** Adds a character by its number; where `isByte`, bytes take the number itself. False when there is no such character. */
  addCode(code: number, isByte: boolean): boolean {
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return false;
    if (this.#isBytes && !isByte) return false;
    if (this.#isBytes) this.#bytes.push(code);
    else this.#text += String.fromCodePoint(code);
    return true;
  }

  value(): string | Uint8Array {
    return this.#isBytes ? Uint8Array.from(this.#bytes) : this.#text;
  }
}

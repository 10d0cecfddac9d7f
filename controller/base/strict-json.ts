import { SporeError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import { jsonDepthMax } from "./limits.ts";

/** A document, and what `JSON.parse` would have passed over in silence. */
export interface StrictJson {
  readonly value: JsonValue;
  /** Paths of keys that an object gives more than once, such as `spec.image`. The last one counts. At most `duplicatesMax`. */
  readonly duplicates: readonly string[];
}

/** So many are worth telling; a hostile document could give millions, each under a path as long as itself. */
const duplicatesMax = 100;
const pathMaxCharacters = 200;

/**
 * Reads JSON that came from outside.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` for text that is no JSON, nests deeper than `jsonDepthMax`, holds a number that would be rounded
 * (integers beyond 2^53, and what overflows) or a key `__proto__`; the message names the place.
 */
export function parseStrictJson(text: string): StrictJson {
  if (text.length > deepCheckMinCharacters && deepest(text) > jsonDepthMax) {
    throw new SporeError("SPORE_BAD_REQUEST", `the document nests more than ${jsonDepthMax} levels deep`);
  }
  let value: JsonValue;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new SporeError("SPORE_BAD_REQUEST", `the text is not valid JSON: ${why}`, {}, { cause });
  }
  return { value, duplicates: new Scanner(text).duplicates() };
}

/** `JSON.parse` takes a quarter of a second for a megabyte of brackets; below this length it does not matter. */
const deepCheckMinCharacters = 64 * 1024;

/** How deep brackets nest, in text that need not be JSON. */
function deepest(text: string): number {
  let depth = 0;
  let max = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === backslash) at++;
      else if (code === quote) inString = false;
    } else if (code === quote) inString = true;
    else if (code === 0x7b || code === 0x5b) max = Math.max(max, ++depth);
    else if (code === 0x7d || code === 0x5d) depth--;
  }
  return max;
}

/** An object or array that the scanner is inside of. */
interface Level {
  /** The keys so far; undefined in an array. */
  readonly keys: Set<string> | undefined;
  /** The key, or the index, whose value comes next. */
  at: string | number;
}

const quote = 0x22;
const backslash = 0x5c;

/** Walks over text that is known to be JSON, so it may take its grammar for granted. */
class Scanner {
  readonly #text: string;
  readonly #levels: Level[] = [];
  readonly #duplicates: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  duplicates(): readonly string[] {
    for (; this.#at < this.#text.length; this.#at++) this.#step(this.#text.charCodeAt(this.#at));
    return this.#duplicates;
  }

  #step(code: number): void {
    switch (code) {
      case 0x7b: // {
        this.#enter({ keys: new Set(), at: "" });
        break;
      case 0x5b: // [
        this.#enter({ keys: undefined, at: 0 });
        break;
      case 0x7d: // }
      case 0x5d: // ]
        this.#levels.pop();
        break;
      case 0x2c: // ,
        this.#next();
        break;
      case quote:
        this.#string();
        break;
      default:
        if (code === 0x2d || (code >= 0x30 && code <= 0x39)) this.#number();
    }
  }

  #enter(level: Level): void {
    this.#levels.push(level);
    if (this.#levels.length > jsonDepthMax) throw this.#refused(`nests more than ${jsonDepthMax} levels deep`);
  }

  #next(): void {
    const level = this.#levels.at(-1);
    if (level === undefined) return;
    level.at = typeof level.at === "number" ? level.at + 1 : "";
  }

  #string(): void {
    const start = this.#at + 1;
    let escaped = false;
    let end = start;
    for (let code = this.#text.charCodeAt(end); code !== quote; code = this.#text.charCodeAt(++end)) {
      if (code !== backslash) continue;
      escaped = true;
      end++;
    }
    this.#at = end;
    const level = this.#levels.at(-1);
    if (level?.keys !== undefined && level.at === "" && this.#isKey(end)) {
      const raw = this.#text.slice(start, end);
      this.#key(level, level.keys, escaped ? String(JSON.parse(`"${raw}"`)) : raw);
    }
  }

  /** Whether a colon follows the string that ends at `end`. */
  #isKey(end: number): boolean {
    let at = end + 1;
    while (this.#text.charCodeAt(at) <= 0x20) at++;
    return this.#text.charCodeAt(at) === 0x3a;
  }

  #key(level: Level, keys: Set<string>, key: string): void {
    level.at = key;
    if (key === "__proto__") throw this.#refused("uses the key __proto__, which is not accepted");
    if (keys.has(key) && this.#duplicates.length < duplicatesMax) this.#duplicates.push(this.#path());
    keys.add(key);
  }

  #number(): void {
    const start = this.#at;
    while (isNumeric(this.#text.charCodeAt(this.#at + 1))) this.#at++;
    const length = this.#at + 1 - start;
    if (length < 4) return;
    const token = this.#text.slice(start, this.#at + 1);
    const value = Number(token);
    const exact = /[.eE]/.test(token) ? Number.isFinite(value) : Number.isSafeInteger(value);
    if (!exact) throw this.#refused(`holds the number ${token.slice(0, 40)}, which cannot be kept exactly`);
  }

  #path(): string {
    const path = this.#levels.reduce((outer, { at }) => {
      if (typeof at === "number") return `${outer}[${at}]`;
      return outer === "" ? at : `${outer}.${at}`;
    }, "");
    return path.length > pathMaxCharacters ? `${path.slice(0, pathMaxCharacters)}…` : path;
  }

  #refused(what: string): SporeError {
    const where = this.#path();
    return new SporeError("SPORE_BAD_REQUEST", `the document ${what}${where === "" ? "" : ` (at ${where})`}`);
  }
}

/** Digits, signs, the point and the exponent's letter. */
function isNumeric(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2b || code === 0x2d || code === 0x65 || code === 0x45
  );
}

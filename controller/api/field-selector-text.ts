import { SporeError } from "../base/errors.ts";

/** One requirement of a field selector. */
export interface FieldTerm {
  /** Such as `metadata.name`. */
  readonly path: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/**
 * Reads `metadata.name=a,status.phase!=Active`. A backslash in a value takes the meaning from `\`, `,` and `=`.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` naming the term that cannot be read.
 */
export function parseFieldSelector(text: string): readonly FieldTerm[] {
  return splitTerms(text)
    .filter((term) => term !== "")
    .map((term) => parseTerm(term, text));
}

function splitTerms(text: string): readonly string[] {
  const terms: string[] = [];
  let current = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "\\") current += character + (text[++at] ?? "");
    else if (character === ",") {
      terms.push(current);
      current = "";
    } else current += character;
  }
  return [...terms, current];
}

function parseTerm(term: string, text: string): FieldTerm {
  const match = /^([^=!\\]+)(==|!=|=)(.*)$/s.exec(term);
  if (!match) throw refused(text, `${JSON.stringify(term)} is not path=value, path==value or path!=value`);
  const [, path = "", sign, value = ""] = match;
  return { path: path.trim(), operator: sign === "!=" ? "!=" : "=", value: unescaped(value, text) };
}

function unescaped(value: string, text: string): string {
  let plain = "";
  for (let at = 0; at < value.length; at++) {
    const character = value[at] ?? "";
    if (character === "=") throw refused(text, `"=" in the value ${JSON.stringify(value)} needs a backslash before it`);
    if (character !== "\\") {
      plain += character;
      continue;
    }
    const next = value[++at];
    if (next === undefined || !"\\,=".includes(next)) {
      throw refused(text, `a backslash in ${JSON.stringify(value)} stands before something other than \\ , or =`);
    }
    plain += next;
  }
  return plain;
}

function refused(text: string, why: string): SporeError {
  return new SporeError("SPORE_BAD_REQUEST", `invalid field selector ${JSON.stringify(text)}: ${why}`);
}

/** Whether the fields meet every term; a field that is absent counts as "". */
export function matchesFieldTerms(terms: readonly FieldTerm[], fieldOf: (path: string) => string): boolean {
  return terms.every((term) => (fieldOf(term.path) === term.value) === (term.operator === "="));
}

import { canonicalJson, type JsonValue } from "./json.ts";

/**
 * `value` as Go's `encoding/json` writes a map: keys sorted, no white space, and `<`, `>`, `&` and the two line separators of Unicode escaped. Where
 * texts are compared, as kubectl does with its annotation, only the same text is the same value.
 */
export function goJson(value: JsonValue): string {
  return canonicalJson(value).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

import { isJsonObject, type JsonValue } from "../../base/json.ts";

/**
 * JSON as `kubectl` prints it (Go, `encoding/json`): the members of objects in the order of their names, and without the characters that a web
 * page or an old script would take for something else; nor those that a terminal obeys.
 *
 * @param indent per level; empty: all on one line.
 */
export function goJson(value: JsonValue, indent = ""): string {
  return written(value, indent, "");
}

function written(value: JsonValue, indent: string, margin: string): string {
  const inner = margin + indent;
  const [open, close, colon] = indent === "" ? ["", "", ":"] : [`\n${inner}`, `\n${margin}`, ": "];
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${open}${value.map((item) => written(item, indent, inner)).join(`,${open}`)}${close}]`;
  }
  if (!isJsonObject(value)) return JSON.stringify(value).replace(/[<>&\u2028\u2029\u007f-\u009f]/g, escaped);
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort() // engines put names that look like numbers first
    .map((name) => `${written(name, "", "")}${colon}${written(value[name] ?? null, indent, inner)}`);
  return members.length === 0 ? "{}" : `{${open}${members.join(`,${open}`)}${close}}`;
}

function escaped(found: string): string {
  return `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

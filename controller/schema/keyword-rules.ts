import { forbiddenValue, invalidValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { forbiddenKeywords, schemaKeywords } from "./schema-keywords.ts";

/** What keeps a node of a schema from being read: unknown or forbidden keywords, and values of the wrong sort. */
export function keywordCauses(node: JsonObject, path: string): readonly Cause[] {
  return Object.entries(node).flatMap(([keyword, value]) => {
    const at = `${path}.${keyword}`;
    const why = forbiddenKeywords.get(keyword);
    if (why !== undefined) return [forbiddenValue(at, why)];
    const demand = schemaKeywords.get(keyword);
    if (!demand) return [forbiddenValue(at, "is not a keyword of a structural schema")];
    const fault = demand(value, at);
    return typeof fault === "string" ? [invalidValue(at, value, fault)] : fault === undefined ? [] : [fault];
  });
}

/** The schemas by name under a keyword such as `properties`; a Map, because users choose the names. */
export function schemasOf(value: JsonValue | undefined): ReadonlyMap<string, JsonObject> {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return new Map(entries.flatMap(([name, schema]) => (isJsonObject(schema) ? [[name, schema] as const] : [])));
}

/** The strings in a list under a keyword; empty where there is no list. */
export function stringsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

import { defineMember, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { schemaDepthMax } from "./compiled-schema.ts";
import { forbiddenKeywords, schemaKeywords } from "./schema-keywords.ts";

const single = ["items", "additionalProperties", "not", "additionalItems"];
const listed = ["allOf", "anyOf", "oneOf"];
const named = ["properties", "patternProperties", "definitions"];

/** Go's decoder takes null for absent; in these places it is a value. */
const nullable = ["example"];

/**
 * A schema without the keywords that CRDs do not have, as kube-apiserver decodes it.
 *
 * @param path where the schema stands.
 * @param unknown is told the paths of the keywords that were dropped.
 */
export function pruneSchema(schema: JsonValue, path: string, unknown: string[]): JsonValue {
  return pruned(schema, path, unknown, schemaDepthMax);
}

/** Below the depth that validation refuses everything stays as it is, for validation to say so. */
function pruned(schema: JsonValue, path: string, unknown: string[], levelsLeft: number): JsonValue {
  if (!isJsonObject(schema) || levelsLeft === 0) return schema;
  const inner = (value: JsonValue, at: string) => pruned(value, at, unknown, levelsLeft - 1);
  const kept: Record<string, JsonValue> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    const at = `${path}.${keyword}`;
    if (!schemaKeywords.has(keyword) && !forbiddenKeywords.has(keyword)) unknown.push(at);
    else if (value !== null || nullable.includes(keyword))
      defineMember(kept, keyword, prunedKeyword(keyword, value, at, inner));
  }
  return kept;
}

function prunedKeyword(
  keyword: string,
  value: JsonValue,
  at: string,
  inner: (value: JsonValue, at: string) => JsonValue,
): JsonValue {
  if (single.includes(keyword)) return inner(value, at);
  if (listed.includes(keyword) && Array.isArray(value))
    return value.map((one: JsonValue, index) => inner(one, `${at}[${index}]`));
  if (named.includes(keyword) && isJsonObject(value))
    return eachMember(value, (one, name) => inner(one, `${at}.${name}`));
  return value;
}

function eachMember(object: JsonObject, change: (value: JsonValue, name: string) => JsonValue): JsonObject {
  const changed: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(object)) defineMember(changed, name, change(value, name));
  return changed;
}

import { defineMember, isJsonObject, type JsonObject, type JsonValue } from "./json.ts";
import { isSameJson } from "./same-json.ts";

/**
 * The JSON merge patch (RFC 7386) that turns `from` into `to`; undefined when they are equal already. What `to` lacks becomes null, arrays
 * are replaced whole. A null inside `to` cannot be expressed by such a patch and would delete, so `to` must hold none in its objects.
 */
export function mergeDiff(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: Record<string, JsonValue> = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) defineMember(patch, key, null);
  for (const [key, value] of Object.entries(to)) {
    const old = Object.hasOwn(from, key) ? from[key] : undefined;
    const change = diffOf(old, value);
    if (change !== undefined) defineMember(patch, key, change);
  }
  return Object.keys(patch).length > 0 ? patch : undefined;
}

function diffOf(old: JsonValue | undefined, value: JsonValue): JsonValue | undefined {
  if (isJsonObject(old) && isJsonObject(value)) return mergeDiff(old, value);
  return isSameJson(old, value) ? undefined : value;
}

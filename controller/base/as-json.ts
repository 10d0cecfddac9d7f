import { defineMember, isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/**
 * `value` as it would be after a way over JSON text: without undefined members, undefined items as null, no number that JSON lacks. Data that is
 * frozen throughout and needs no change is shared with the result, all other is copied.
 *
 * @param value plain data, without cycles. What is no data (a function, a symbol) counts as undefined.
 */
export function asJson(value: unknown): JsonValue {
  return jsonOf(value) ?? null;
}

/** The same for an object; empty where it is none. */
export function asJsonObject(value: unknown): JsonObject {
  const json = asJson(value);
  return isJsonObject(json) ? json : {};
}

function jsonOf(value: unknown): JsonValue | undefined {
  if (isShareable(value)) return value;
  if (typeof value === "number") return null; // not finite
  if (typeof value !== "object" || value === null) return undefined;
  if (Array.isArray(value)) return value.map((item: unknown) => jsonOf(item) ?? null);
  const copy: Record<string, JsonValue> = {};
  for (const [name, inner] of Object.entries(value)) {
    const json = jsonOf(inner);
    if (json !== undefined) defineMember(copy, name, json);
  }
  return copy;
}

/** Whether `value` is JSON already, and nobody can change it. */
function isShareable(value: unknown): value is JsonValue {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value);
    case "object":
      if (value === null) return true;
      if (!Object.isFrozen(value)) return false;
      return Array.isArray(value) ? value.every(isShareable) : Object.values(value).every(isShareable);
    default:
      return false;
  }
}

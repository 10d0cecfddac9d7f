import { isJsonObject, type JsonObject, type JsonValue } from "./json.ts";

/**
 * `value` as it would be after a way over JSON text: without undefined members, undefined items as null, no number that JSON lacks. Frozen parts
 * that need no change are shared with the result, all others are copied.
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
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : null;
    case "object":
      if (value === null) return null;
      return Array.isArray(value) ? itemsOf(value) : membersOf(value);
    default:
      return undefined;
  }
}

function itemsOf(items: readonly unknown[]): readonly JsonValue[] {
  const json = items.map((item) => jsonOf(item) ?? null);
  return isShareable(items, json) ? items : json;
}

function isShareable(items: readonly unknown[], json: readonly JsonValue[]): items is readonly JsonValue[] {
  return Object.isFrozen(items) && json.every((item, index) => item === items[index]);
}

function membersOf(object: object): JsonObject {
  const members: [string, JsonValue][] = [];
  let isChanged = !Object.isFrozen(object);
  for (const [name, inner] of Object.entries(object)) {
    const json = jsonOf(inner);
    isChanged ||= json === undefined || json !== inner;
    if (json !== undefined) members.push([name, json]);
  }
  // fromEntries defines its keys, so that even one called __proto__ stays a plain key.
  return isUnchanged(object, isChanged) ? object : Object.fromEntries(members);
}

function isUnchanged(object: object, isChanged: boolean): object is JsonObject {
  return !isChanged && (Object.getPrototypeOf(object) === Object.prototype || Object.getPrototypeOf(object) === null);
}

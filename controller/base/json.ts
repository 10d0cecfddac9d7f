/** A value that JSON can carry. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/** Whether `value` is a JSON object, and neither null nor an array. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets a member; unlike an assignment also right for the key `__proto__`. */
export function defineMember(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === "__proto__")
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value; // the same, and faster
}

/** A copy of `object` with some members replaced, or added at the end; undefined takes one out. */
export function withMembers(object: JsonObject, changes: ReadonlyMap<string, JsonValue | undefined>): JsonObject {
  const copy: Record<string, JsonValue> = {};
  for (const name of Object.keys(object)) {
    const value = changes.has(name) ? changes.get(name) : object[name];
    if (value !== undefined) defineMember(copy, name, value);
  }
  for (const [name, value] of changes) {
    if (value !== undefined && !Object.hasOwn(object, name)) defineMember(copy, name, value);
  }
  return copy;
}

/**
 * `value` as JSON with the keys of every object sorted (by UTF-16 code unit) and no white space, so that equal values
 * give equal text. Our firmware writes its configuration in the same form before it hashes it.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value !== "object") return JSON.stringify(value);
  return JSON.stringify(value, (_key, inner: JsonValue) =>
    isJsonObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

import { isJsonObject, type JsonValue } from "./json.ts";

/**
 * `target` with `patch` merged into it as RFC 7386 says: null removes, objects merge, everything else replaces. Neither
 * argument is changed; parts that the patch does not touch are shared with the result.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const base = isJsonObject(target) ? target : {};
  const merged: [string, JsonValue][] = [];
  for (const [key, value] of Object.entries(base)) {
    const change = Object.hasOwn(patch, key) ? patch[key] : undefined;
    if (change === undefined) merged.push([key, value]);
    else if (change !== null) merged.push([key, mergePatch(value, change)]);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null && !Object.hasOwn(base, key)) merged.push([key, mergePatch(undefined, value)]);
  }
  // fromEntries defines its keys, so that even one called __proto__ stays a plain key.
  return Object.fromEntries(merged);
}

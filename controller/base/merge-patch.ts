import { isJsonObject, type JsonValue, withMembers } from "./json.ts";

/**
 * `target` with `patch` merged into it as RFC 7386 says: null removes, objects merge, everything else replaces. Neither
 * argument is changed; parts that the patch does not touch are shared with the result.
 */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) return patch;
  const base = isJsonObject(target) ? target : {};
  const changes = new Map<string, JsonValue | undefined>();
  for (const [key, change] of Object.entries(patch)) {
    const old = Object.hasOwn(base, key) ? base[key] : undefined;
    changes.set(key, change === null ? undefined : mergePatch(old, change));
  }
  return withMembers(base, changes);
}

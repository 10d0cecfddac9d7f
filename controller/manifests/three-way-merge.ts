import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { isSameJson } from "../base/same-json.ts";

/**
 * The merge patch (RFC 7386) that brings `live` to what `wanted` says, and removes what `lastApplied` said and `wanted` does not any
 * more. What neither of them names stays as it is. Empty when there is nothing to do. Lists are replaced whole.
 */
export function threeWayMerge(lastApplied: JsonObject, wanted: JsonObject, live: JsonObject): JsonObject {
  const removed = Object.keys(lastApplied).filter((key) => !Object.hasOwn(wanted, key) && Object.hasOwn(live, key));
  const patch: [string, JsonValue][] = removed.map((key) => [key, null]);
  for (const [key, value] of Object.entries(wanted)) {
    if (value === null && !Object.hasOwn(live, key)) continue;
    const present = Object.hasOwn(live, key) ? live[key] : undefined;
    if (isJsonObject(value) && isJsonObject(present)) {
      const before = lastApplied[key];
      const inner = threeWayMerge(isJsonObject(before) ? before : {}, value, present);
      if (Object.keys(inner).length > 0) patch.push([key, inner]);
    } else if (!isSameJson(value, present)) patch.push([key, value]);
  }
  return Object.fromEntries(patch);
}

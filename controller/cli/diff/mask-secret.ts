import { Secret } from "../../api/core-kinds.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import { lastAppliedAnnotation } from "../../manifests/last-applied.ts";

const mask = "***";

/** Two states of an object; either may be absent. */
export interface Pair {
  readonly before: JsonObject | undefined;
  readonly after: JsonObject | undefined;
}

/**
 * Hides what a Secret holds, and shows which of its values differ: `*** (before)` and `*** (after)`, as kubectl does. The annotation of client-side
 * apply holds the same values, and is hidden too.
 */
export function maskSecret({ before, after }: Pair): Pair {
  if ((after ?? before)?.kind !== Secret.kind || (after ?? before)?.apiVersion !== Secret.version)
    return { before, after };
  return { before: masked(before, after, "before"), after: masked(after, before, "after") };
}

function masked(
  own: JsonObject | undefined,
  other: JsonObject | undefined,
  side: "before" | "after",
): JsonObject | undefined {
  if (!own) return undefined;
  const { metadata } = own;
  const annotations = isJsonObject(metadata)
    ? hidden(metadata, otherIn(other, "metadata"), "annotations", side, [lastAppliedAnnotation])
    : {};
  return {
    ...own,
    ...(isJsonObject(metadata) && { metadata: { ...metadata, ...annotations } }),
    ...hidden(own, other, "data", side),
    ...hidden(own, other, "stringData", side),
  };
}

/** The map `field` of an object, its values hidden; only those of `keys`, where they are given. */
function hidden(
  own: JsonObject,
  other: JsonObject | undefined,
  field: string,
  side: "before" | "after",
  keys?: readonly string[],
): JsonObject {
  const map = own[field];
  if (!isJsonObject(map)) return {};
  const others = otherIn(other, field);
  const values = Object.entries(map).map(([key, value]): readonly [string, JsonValue] => {
    if (keys && !keys.includes(key)) return [key, value];
    const isShared = others !== undefined && Object.hasOwn(others, key);
    return [key, isShared && !isSameJson(others[key], value) ? `${mask} (${side})` : mask];
  });
  return { [field]: Object.fromEntries(values) };
}

function otherIn(object: JsonObject | undefined, field: string): JsonObject | undefined {
  const value = object?.[field];
  return isJsonObject(value) ? value : undefined;
}

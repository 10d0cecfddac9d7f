import type { Resource } from "../api/meta.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/** kubectl's own, so that `kubectl apply` and `sporectl apply` may take turns on the same object. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** What was applied to `live` before; an empty object where nothing was, or where that cannot be read. */
export function lastApplied(live: Resource): JsonObject {
  const text = live.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined) return {};
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {}; // somebody else's text: then nothing is known to have been applied
  }
}

/** `object` as it is sent: with itself in the annotation, as kubectl does. */
export function withLastApplied(object: Resource): Resource {
  const { [lastAppliedAnnotation]: _dropped, ...annotations } = object.metadata.annotations ?? {};
  const plain = { ...object, metadata: { ...object.metadata, annotations } };
  const text = `${JSON.stringify(plain)}\n`;
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [lastAppliedAnnotation]: text } } };
}

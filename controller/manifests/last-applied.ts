import type { Resource } from "../api/meta.ts";
import { asJson } from "../base/as-json.ts";
import { goJson } from "../base/go-json.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";

/** kubectl's own, so that `kubectl apply` and `sporectl apply` may take turns on the same object. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** What was applied to `live` before; undefined where nothing was, or where that cannot be read. */
export function lastApplied(live: Resource): JsonObject | undefined {
  const text = live.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined) return undefined;
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // somebody else's text: then nothing is known to have been applied
  }
}

/** `object` as it is sent: with itself in the annotation, in kubectl's very words. */
export function withLastApplied(object: Resource): Resource {
  const plain = withoutLastApplied(object);
  const text = `${goJson(asJson(plain))}\n`;
  const annotations = { ...plain.metadata.annotations, [lastAppliedAnnotation]: text };
  return { ...plain, metadata: { ...plain.metadata, annotations } };
}

/** `object` without the annotation; it keeps a map of annotations, be it empty, as kubectl has it. */
export function withoutLastApplied(object: Resource): Resource {
  const { [lastAppliedAnnotation]: _dropped, ...annotations } = object.metadata.annotations ?? {};
  return { ...object, metadata: { ...object.metadata, annotations } };
}

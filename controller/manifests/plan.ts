import { Secret } from "../api/core-kinds.ts";
import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { asJsonObject } from "../base/as-json.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { lastApplied, lastAppliedAnnotation, withLastApplied } from "./last-applied.ts";
import type { Manifest } from "./manifest.ts";
import { threeWayMerge } from "./three-way-merge.ts";

/** What has to be done for one manifest. */
export type Step =
  | { readonly kind: "create"; readonly manifest: Manifest; readonly object: Resource }
  | { readonly kind: "patch"; readonly manifest: Manifest; readonly patch: JsonObject; readonly live: Resource }
  | { readonly kind: "unchanged"; readonly manifest: Manifest; readonly live: Resource }
  /** The server decides, and knows who manages which field. */
  | { readonly kind: "apply"; readonly manifest: Manifest; readonly live: Resource | undefined };

/**
 * What brings the live object to what the manifest says: a three-way merge from what was applied before, never a replacement.
 *
 * @param live undefined when there is no such object.
 */
export function planStep(manifest: Manifest, live: Resource | undefined): Step {
  const object = withLastApplied(manifest.object);
  const { kind } = manifest;
  const wanted = encodedSecret(asJsonObject(object), kind);
  if (!live) return { kind: "create", manifest, object: { ...object, ...wanted } };
  const before = encodedSecret(lastApplied(live) ?? {}, kind);
  const patch = threeWayMerge(before, wanted, asJsonObject(live));
  const same = Object.keys(patch).length === 0 || (onlyAnnotation(patch) && isSameText(object, live));
  return same ? { kind: "unchanged", manifest, live } : { kind: "patch", manifest, patch, live };
}

/** Kinds in the order in which later ones may refer to earlier ones; what is not listed comes last. */
const order = ["Namespace", "CustomResourceDefinition", "ConfigMap", "Secret", "Firmware", "NodeGroup", "Node"];

/** Sorts by that order and keeps the given one among equals. */
export function byDependency<T>(items: readonly T[], kindOf: (item: T) => Kind): readonly T[] {
  const rank = (item: T) => {
    const index = order.indexOf(kindOf(item).kind);
    return index < 0 ? order.length : index;
  };
  return [...items].sort((a, b) => rank(a) - rank(b));
}

/** A Secret's `stringData` is never read back: compare it as what the server makes of it. */
function encodedSecret(object: JsonObject, kind: Kind): JsonObject {
  if (kind.kind !== Secret.kind || kind.group !== "") return object;
  const { stringData, ...secret } = object;
  if (!isJsonObject(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString("base64"),
  ]);
  return { ...secret, data: { ...(isJsonObject(secret.data) && secret.data), ...Object.fromEntries(encoded) } };
}

function onlyAnnotation(patch: JsonObject): boolean {
  const { metadata, ...rest } = patch;
  if (!isJsonObject(metadata) || Object.keys(rest).length > 0) return false;
  const { annotations, ...others } = metadata;
  if (!isJsonObject(annotations) || Object.keys(others).length > 0) return false;
  const names = Object.keys(annotations);
  return names.length === 1 && names[0] === lastAppliedAnnotation;
}

/** Whether the annotation that is there says the same object, in whatever order of keys. */
function isSameText(object: Resource, live: Resource): boolean {
  const now = lastApplied(object);
  const before = lastApplied(live);
  return now !== undefined && before !== undefined && Object.keys(threeWayMerge(before, now, before)).length === 0;
}

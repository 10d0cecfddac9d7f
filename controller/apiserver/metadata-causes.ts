import { forbiddenValue, invalidValue, requiredValue, tooLong } from "../api/causes.ts";
import { Namespace } from "../api/core-kinds.ts";
import { isSameResource } from "../api/kind.ts";
import {
  dnsLabelRule,
  dnsSubdomainRule,
  isDnsLabel,
  isDnsSubdomain,
  isLabelValue,
  isQualifiedName,
  labelValueRule,
  qualifiedNameRule,
} from "../api/names.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { isDeleting, metadataOf, objectIn, textIn, textsIn } from "./object-meta.ts";
import type { ServedKind } from "./served-kind.ts";

/** As in Kubernetes: all annotations of an object together. */
const annotationsMaxBytes = 256 * 1024;

/** What is wrong with an object's `metadata`, beyond what its schema says. `old` is the stored object on an update. */
export function metadataCauses(object: JsonObject, old: JsonObject | undefined, served: ServedKind): readonly Cause[] {
  const metadata = metadataOf(object);
  return [
    ...nameCauses(metadata, served),
    ...labelCauses(objectIn(metadata, "labels")),
    ...annotationCauses(objectIn(metadata, "annotations")),
    ...finalizerCauses(metadata, old),
    ...ownerCauses(metadata),
  ];
}

function nameCauses(metadata: JsonObject, { kind, names }: ServedKind): readonly Cause[] {
  const name = textIn(metadata, "name");
  if (name === "") return [requiredValue("metadata.name", "name or generateName is required")];
  if (names === "pathSegment") {
    const fault = pathSegmentFault(name);
    return fault === undefined ? [] : [invalidValue("metadata.name", name, fault)];
  }
  const isNamespace = isSameResource(kind, Namespace);
  const valid = isNamespace ? isDnsLabel(name) : isDnsSubdomain(name);
  return valid ? [] : [invalidValue("metadata.name", name, `a name ${isNamespace ? dnsLabelRule : dnsSubdomainRule}`)];
}

/** Why a name cannot stand in a path, in Kubernetes' words (apimachinery, `api/validation/path`); undefined when it can. */
export function pathSegmentFault(name: string): string | undefined {
  if (name === "." || name === "..") return `may not be '${name}'`;
  const forbidden = ["/", "%"].find((character) => name.includes(character));
  return forbidden && `may not contain '${forbidden}'`;
}

function labelCauses(labels: JsonObject): readonly Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => {
    const causes: Cause[] = [];
    if (!isQualifiedName(key)) causes.push(invalidValue("metadata.labels", key, `a label key ${qualifiedNameRule}`));
    if (typeof value === "string" && !isLabelValue(value)) {
      causes.push(invalidValue("metadata.labels", value, `a label value ${labelValueRule}`));
    }
    return causes;
  });
}

function annotationCauses(annotations: JsonObject): readonly Cause[] {
  const entries = Object.entries(annotations);
  const causes = entries
    .filter(([key]) => !isQualifiedName(key.toLowerCase()))
    .map(([key]) => invalidValue("metadata.annotations", key, `an annotation key ${qualifiedNameRule}`));
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(String(value)),
    0,
  );
  if (bytes <= annotationsMaxBytes) return causes;
  return [...causes, tooLong("metadata.annotations", annotationsMaxBytes, "bytes")];
}

function finalizerCauses(metadata: JsonObject, old: JsonObject | undefined): readonly Cause[] {
  const finalizers = textsIn(metadata, "finalizers");
  const causes = finalizers
    .filter((finalizer) => !isQualifiedName(finalizer))
    .map((finalizer) => invalidValue("metadata.finalizers", finalizer, `a finalizer ${qualifiedNameRule}`));
  if (finalizers.includes("orphan") && finalizers.includes("foregroundDeletion")) {
    causes.push(invalidValue("metadata.finalizers", finalizers, "orphan and foregroundDeletion exclude each other"));
  }
  if (old === undefined || !isDeleting(old)) return causes;
  const before = textsIn(metadataOf(old), "finalizers");
  const added = finalizers.filter((finalizer) => !before.includes(finalizer));
  if (added.length === 0) return causes;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  return [...causes, forbiddenValue("metadata.finalizers", why)];
}

function ownerCauses(metadata: JsonObject): readonly Cause[] {
  const owners = metadata.ownerReferences;
  if (!Array.isArray(owners)) return [];
  const causes = owners.flatMap((owner: JsonValue, index) => (isJsonObject(owner) ? oneOwnerCauses(owner, index) : []));
  const controllers = owners.filter((owner: JsonValue) => isJsonObject(owner) && owner.controller === true);
  if (controllers.length <= 1) return causes;
  const why = `only one reference can have controller set to true, found ${controllers.length}`;
  return [...causes, invalidValue("metadata.ownerReferences", controllers.length, why)];
}

function oneOwnerCauses(owner: JsonObject, index: number): readonly Cause[] {
  return ["apiVersion", "kind", "name", "uid"]
    .filter((field) => textIn(owner, field) === "")
    .map((field) => requiredValue(`metadata.ownerReferences[${index}].${field}`, "must not be empty"));
}

import { apiVersionOf, type Kind } from "../../api/kind.ts";
import { SporeError } from "../../base/errors.ts";
import { defineMember, isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { ScalePaths } from "../../schema/custom-resource-definition.ts";
import type { JsonSchemaProps } from "../../schema/schema.ts";
import { metadataOf, objectIn } from "../object-meta.ts";

/** `autoscaling/v1` Scale: how many there are of something, and how many there should be. */
export const Scale: Pick<Kind, "group" | "version" | "kind"> = { group: "autoscaling", version: "v1", kind: "Scale" };

const scaleVersion = apiVersionOf({ ...Scale, plural: "", namespaced: true });

const text = (description: string): JsonSchemaProps => ({ type: "string", description });
const count = (description: string): JsonSchemaProps => ({ type: "integer", format: "int32", description });

/** What a Scale looks like, beside its metadata. */
export const scaleSchema: JsonSchemaProps = {
  type: "object",
  description: "How many there are of something, and how many there should be.",
  properties: {
    spec: {
      type: "object",
      description: "What is wanted.",
      properties: { replicas: count("How many there should be.") },
    },
    status: {
      type: "object",
      description: "What there is.",
      required: ["replicas"],
      properties: { replicas: count("How many there are."), selector: text("Selects what is counted.") },
    },
  },
};

/** What the scale subresource shows of an object. A number that is nowhere set counts as 0. */
export function scaleOf(object: JsonObject, paths: ScalePaths): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadataOf(object);
  const replicas = numberAt(object, paths.specReplicasPath);
  const selector = paths.labelSelectorPath === undefined ? undefined : valueAt(object, paths.labelSelectorPath);
  const metadata = { name, namespace, uid, resourceVersion, creationTimestamp };
  return {
    kind: Scale.kind,
    apiVersion: scaleVersion,
    metadata: Object.fromEntries(
      Object.entries(metadata).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: numberAt(object, paths.statusReplicasPath),
      ...(typeof selector === "string" && selector !== "" ? { selector } : {}),
    },
  };
}

/**
 * The object with the number that `scale` wants; its version and uid become conditions of the write.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` when `scale` is none.
 */
export function scaled(object: JsonObject, scale: JsonValue, { specReplicasPath }: ScalePaths): JsonObject {
  const replicas = wantedReplicas(scale);
  const { uid, resourceVersion } = isJsonObject(scale) ? metadataOf(scale) : {};
  const metadata = {
    ...metadataOf(object),
    ...(typeof uid === "string" && uid !== "" ? { uid } : {}),
    ...(typeof resourceVersion === "string" && resourceVersion !== "" ? { resourceVersion } : {}),
  };
  return { ...withValueAt(object, namesIn(specReplicasPath), replicas), metadata };
}

/** How many a Scale asks for. @throws SporeError `SPORE_BAD_REQUEST`. */
export function wantedReplicas(scale: JsonValue): number {
  if (!isJsonObject(scale)) throw new SporeError("SPORE_BAD_REQUEST", "the body of the request must be a Scale");
  const { apiVersion = scaleVersion, kind = Scale.kind } = scale;
  if (apiVersion !== scaleVersion || kind !== Scale.kind) {
    const message = `the object provided is ${String(apiVersion)}, Kind=${String(kind)}, but this address takes ${scaleVersion}, Kind=${Scale.kind}`;
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
  const { replicas = 0 } = objectIn(scale, "spec");
  if (replicas === null) return 0;
  if (typeof replicas === "number" && Number.isInteger(replicas)) return replicas;
  throw new SporeError(
    "SPORE_BAD_REQUEST",
    `spec.replicas of a Scale must be a whole number, not ${JSON.stringify(replicas)}`,
  );
}

/** `.spec.replicas` as names. */
function namesIn(path: string): readonly string[] {
  return path.split(".").slice(1);
}

function valueAt(object: JsonObject, path: string): JsonValue | undefined {
  return namesIn(path).reduce<JsonValue | undefined>(
    (value, name) => (isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
    object,
  );
}

function numberAt(object: JsonObject, path: string): number {
  const value = valueAt(object, path);
  return typeof value === "number" ? value : 0;
}

function withValueAt(object: JsonObject, [name = "", ...below]: readonly string[], value: JsonValue): JsonObject {
  const inner = Object.hasOwn(object, name) ? object[name] : undefined;
  const copy = { ...object };
  defineMember(copy, name, below.length === 0 ? value : withValueAt(isJsonObject(inner) ? inner : {}, below, value));
  return copy;
}

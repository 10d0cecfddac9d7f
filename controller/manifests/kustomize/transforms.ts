import { isJsonObject, type JsonObject } from "../../base/json.ts";
import type { WrittenObject } from "../parse-yaml.ts";

type Value = WrittenObject["value"];
type Texts = Readonly<Record<string, string>>;

/** Kinds that lie in no namespace; kustomize knows those of Kubernetes, and takes all others for namespaced. */
const clusterKinds = new Set(["Namespace", "CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"]);
const isClusterKind = ({ apiVersion, kind }: Value) =>
  clusterKinds.has(kind) || (kind === "Node" && apiVersion.startsWith("spore.dev/"));

/** In that namespace; as it is where that is empty. */
export function withNamespace(value: Value, namespace: string): Value {
  return namespace === "" || isClusterKind(value) ? value : withMetadata(value, { namespace });
}

/** With a name that begins and ends so. Namespaces and CRDs keep theirs: it means something. */
export function withNameAround(value: Value, prefix: string, suffix: string): Value {
  if (value.kind === "Namespace" || value.kind === "CustomResourceDefinition" || prefix + suffix === "") return value;
  const { metadata } = value;
  const name = isJsonObject(metadata) ? metadata.name : undefined;
  return typeof name === "string" ? withMetadata(value, { name: `${prefix}${name}${suffix}` }) : value;
}

export function withLabels(value: Value, labels: Texts): Value {
  return withMap(value, "labels", labels);
}

export function withAnnotations(value: Value, annotations: Texts): Value {
  return withMap(value, "annotations", annotations);
}

function withMap(value: Value, field: "labels" | "annotations", added: Texts): Value {
  if (Object.keys(added).length === 0) return value;
  const { metadata } = value;
  const present = isJsonObject(metadata) && isJsonObject(metadata[field]) ? metadata[field] : {};
  return withMetadata(value, { [field]: { ...present, ...added } });
}

function withMetadata(value: Value, fields: JsonObject): Value {
  const { metadata } = value;
  return { ...value, metadata: { ...(isJsonObject(metadata) && metadata), ...fields } };
}

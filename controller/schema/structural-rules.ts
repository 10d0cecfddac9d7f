import { forbiddenValue, invalidValue, requiredValue, unsupportedValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { ruleDefinitionCauses } from "./cel/define-rules.ts";
import { schemaDepthMax } from "./compiled-schema.ts";
import { defaultCauses } from "./default-rules.ts";
import { junctorCauses } from "./junctor-rules.ts";
import { keywordCauses, schemasOf } from "./keyword-rules.ts";
import { listCauses, mapTypeCauses } from "./list-rules.ts";
import { sizeCauses } from "./size-rules.ts";

/**
 * Why `schema` is not structural, in the sense of `apiextensions.k8s.io/v1`: whole types at every node, value rules apart from
 * structure, no reference, sound defaults and list types. Empty when it is; only then may it be compiled. Never throws.
 *
 * @param path where the schema stands, such as `spec.versions[0].schema.openAPIV3Schema`.
 */
export function structuralCauses(schema: JsonValue, path: string): readonly Cause[] {
  const size = isJsonObject(schema) ? sizeCauses(schema, path) : [];
  if (size.length > 0) return size;
  const causes = nodeCauses(schema, path, "root", schemaDepthMax);
  if (causes.length > 0 || !isJsonObject(schema)) return causes;
  return [...defaultCauses(schema, path), ...ruleDefinitionCauses(schema, path)];
}

/** What the node describes; decides which type it must have. */
type Place = "root" | "specified object fields" | "specified array items";

function nodeCauses(node: JsonValue, path: string, place: Place, levelsLeft: number): readonly Cause[] {
  if (!isJsonObject(node)) return [invalidValue(path, node, "must be a schema")];
  if (levelsLeft === 0) return [forbiddenValue(path, `schemas may nest at most ${schemaDepthMax} levels deep`)];
  const keywords = keywordCauses(node, path);
  // The rules below rely on every keyword's value being of its sort.
  if (keywords.length > 0) return keywords;
  return [
    ...typeCauses(node, path, place),
    ...shapeCauses(node, path, place),
    ...resourceCauses(node, path, place),
    ...listCauses(node, path),
    ...mapTypeCauses(node, path),
    ...junctorCauses(node, path, { levelsLeft, isRoot: place === "root" }),
    ...(place === "root" ? metadataCauses(node, path) : []),
    ...below(node, path, levelsLeft - 1),
  ];
}

/** What a node may be called to be, and what must be there for it. */
const types = ["array", "boolean", "integer", "number", "object", "string"];

function typeCauses(node: JsonObject, path: string, place: Place): readonly Cause[] {
  const { type } = node;
  const at = `${path}.type`;
  const isFree = node["x-kubernetes-int-or-string"] === true || node["x-kubernetes-preserve-unknown-fields"] === true;
  if (place === "root") {
    if (type === undefined) return [requiredValue(at, "must not be empty at the root")];
    return type === "object" ? [] : [invalidValue(at, type, "must be object at the root")];
  }
  if (type === undefined) return isFree ? [] : [requiredValue(at, `must not be empty for ${place}`)];
  return [
    ...unknownTypeCauses(type, at),
    ...(type === "array" && node.items === undefined ? [requiredValue(`${path}.items`, "must be specified")] : []),
  ];
}

function unknownTypeCauses(type: JsonValue, at: string): readonly Cause[] {
  if (typeof type === "string" && types.includes(type)) return [];
  const unsupported = unsupportedValue(at, type, types);
  if (type !== "null") return [unsupported];
  return [unsupported, forbiddenValue(at, "type cannot be set to null, use nullable as an alternative")];
}

function shapeCauses(node: JsonObject, path: string, place: Place): readonly Cause[] {
  const { nullable, properties, additionalProperties } = node;
  const at = `${path}.additionalProperties`;
  const causes: Cause[] = [];
  if (place === "root") {
    if (additionalProperties !== undefined) causes.push(forbiddenValue(at, "must not be used at the root"));
    if (nullable === true) causes.push(forbiddenValue(`${path}.nullable`, "nullable cannot be true at the root"));
  }
  if (properties !== undefined && isJsonObject(additionalProperties)) {
    causes.push(forbiddenValue(at, "additionalProperties and properties are mutual exclusive"));
  }
  return causes;
}

/** An object with metadata of its own, which the server looks into. */
function resourceCauses(node: JsonObject, path: string, place: Place): readonly Cause[] {
  const isEmbedded = node["x-kubernetes-embedded-resource"] === true;
  if (!isEmbedded && place !== "root") return [];
  const causes: Cause[] = [];
  if (isEmbedded && node.properties === undefined && node["x-kubernetes-preserve-unknown-fields"] !== true) {
    const why =
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    causes.push(requiredValue(`${path}.properties`, why));
  }
  if (isEmbedded && node.type !== "object") {
    causes.push(
      invalidValue(`${path}.type`, node.type ?? "", "must be object if x-kubernetes-embedded-resource is true"),
    );
  }
  const properties = schemasOf(node.properties);
  for (const [name, type] of [
    ["apiVersion", "string"],
    ["kind", "string"],
    ["metadata", "object"],
  ] as const) {
    const found = properties.get(name)?.type;
    if (!properties.has(name) || found === type) continue;
    causes.push(invalidValue(`${path}.properties[${name}].type`, found ?? "", `must be ${type}`));
  }
  return causes;
}

/** The server owns `metadata`; a schema may only narrow an object's name. */
function metadataCauses(root: JsonObject, path: string): readonly Cause[] {
  const metadata = schemasOf(root.properties).get("metadata");
  if (!metadata) return [];
  const at = `${path}.properties[metadata]`;
  const fields = schemasOf(metadata.properties);
  const isNarrow =
    Object.keys(metadata).every((keyword) => metadataKeywords.includes(keyword)) &&
    [...fields.keys()].every((name) => name === "name" || name === "generateName");
  const why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
  const defaults = [
    ["", metadata] as const,
    ...[...fields].map(([name, field]) => [`.properties[${name}]`, field] as const),
  ];
  return [
    ...(isNarrow ? [] : [forbiddenValue(at, why)]),
    ...defaults.flatMap(([below, { default: value }]) =>
      value === undefined ? [] : [forbiddenValue(`${at}${below}.default`, "must not be set in top-level metadata")],
    ),
  ];
}

const metadataKeywords = ["type", "properties", "default"];

function below(node: JsonObject, path: string, levelsLeft: number): readonly Cause[] {
  const { items, additionalProperties } = node;
  const properties = isJsonObject(node.properties) ? Object.entries(node.properties) : [];
  return [
    ...properties.flatMap(([name, inner]) => {
      return nodeCauses(inner, `${path}.properties[${name}]`, "specified object fields", levelsLeft);
    }),
    ...(items === undefined ? [] : nodeCauses(items, `${path}.items`, "specified array items", levelsLeft)),
    ...(isJsonObject(additionalProperties)
      ? nodeCauses(additionalProperties, `${path}.additionalProperties`, "specified object fields", levelsLeft)
      : []),
  ];
}

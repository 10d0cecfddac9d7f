import { forbiddenValue, invalidValue, requiredValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { schemaDepthMax } from "./compiled-schema.ts";
import { defaultCauses } from "./default-rules.ts";
import { junctorCauses } from "./junctor-rules.ts";
import { keywordCauses, schemasOf, stringsOf } from "./keyword-rules.ts";

/**
 * Why `schema` is not structural, in the sense of `apiextensions.k8s.io/v1`: whole types at every node, value rules apart from
 * structure, no reference, sound defaults and list types. Empty when it is; only then may it be compiled. Never throws.
 *
 * @param path where the schema stands, such as `spec.versions[0].schema.openAPIV3Schema`.
 */
export function structuralCauses(schema: JsonValue, path: string): readonly Cause[] {
  const causes = nodeCauses(schema, path, "root", schemaDepthMax);
  return causes.length > 0 || !isJsonObject(schema) ? causes : defaultCauses(schema, path);
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
    ...extensionCauses(node, path),
    ...listCauses(node, path),
    ...junctorCauses(node, path, levelsLeft),
    ...(place === "root" ? metadataCauses(node, path) : []),
    ...below(node, path, levelsLeft - 1),
  ];
}

function typeCauses(node: JsonObject, path: string, place: Place): readonly Cause[] {
  if (place === "root") {
    if (node.type === undefined) return [requiredValue(`${path}.type`, "must not be empty at the root")];
    return node.type === "object" ? [] : [invalidValue(`${path}.type`, node.type, "must be object at the root")];
  }
  const isFree = node["x-kubernetes-int-or-string"] === true || node["x-kubernetes-preserve-unknown-fields"] === true;
  if (node.type !== undefined || isFree) return [];
  return [requiredValue(`${path}.type`, `must not be empty for ${place}`)];
}

function shapeCauses(node: JsonObject, path: string, place: Place): readonly Cause[] {
  const causes: Cause[] = [];
  const { type, items, properties, additionalProperties } = node;
  if (type === "array" && items === undefined)
    causes.push(requiredValue(`${path}.items`, "must be specified for arrays"));
  if (type !== "array" && items !== undefined) causes.push(forbiddenValue(`${path}.items`, "only arrays have items"));
  if (additionalProperties !== undefined) {
    const at = `${path}.additionalProperties`;
    if (place === "root") causes.push(forbiddenValue(at, "must not be used at the root"));
    if (properties !== undefined) causes.push(forbiddenValue(at, "and properties are mutual exclusive"));
  }
  if (type !== undefined && type !== "object" && (properties ?? additionalProperties) !== undefined) {
    causes.push(forbiddenValue(`${path}.properties`, "only objects have properties"));
  }
  return causes;
}

function extensionCauses(node: JsonObject, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  if (node["x-kubernetes-int-or-string"] === true && node.type !== undefined) {
    causes.push(forbiddenValue(`${path}.type`, "must be empty if x-kubernetes-int-or-string is true"));
  }
  if (node["x-kubernetes-embedded-resource"] === true) {
    if (node.type !== "object") {
      causes.push(
        invalidValue(`${path}.type`, node.type ?? "", "must be object if x-kubernetes-embedded-resource is true"),
      );
    }
    if (node.properties === undefined && node["x-kubernetes-preserve-unknown-fields"] !== true) {
      const why =
        "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
      causes.push(requiredValue(`${path}.properties`, why));
    }
  }
  return causes;
}

function listCauses(node: JsonObject, path: string): readonly Cause[] {
  const listType = node["x-kubernetes-list-type"];
  const keys = stringsOf(node["x-kubernetes-list-map-keys"]);
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (listType !== "map" && keys.length > 0)
    return [forbiddenValue(at, "must be empty unless x-kubernetes-list-type is map")];
  if (listType === undefined) return [];
  if (node.type !== "array")
    return [invalidValue(`${path}.type`, node.type ?? "", "must be array if x-kubernetes-list-type is set")];
  const items = isJsonObject(node.items) ? node.items : {};
  if (listType === "set") return setCauses(items, path);
  return listType === "map" ? mapCauses(items, keys, path, at) : [];
}

function setCauses(items: JsonObject, path: string): readonly Cause[] {
  const isAtomic =
    (items.type === "object" && items["x-kubernetes-map-type"] === "atomic") ||
    (items.type === "array" && (items["x-kubernetes-list-type"] ?? "atomic") === "atomic");
  if (isAtomic || (items.type !== "object" && items.type !== "array" && items.nullable !== true)) return [];
  return [forbiddenValue(`${path}.items`, "of a set must be scalars or atomic, and not nullable")];
}

const scalars = ["string", "integer", "number", "boolean"];

function mapCauses(items: JsonObject, keys: readonly string[], path: string, at: string): readonly Cause[] {
  if (keys.length === 0) return [requiredValue(at, "must not be empty if x-kubernetes-list-type is map")];
  if (items.type !== "object")
    return [invalidValue(`${path}.items.type`, items.type ?? "", "of a map list must be object")];
  const properties = schemasOf(items.properties);
  return keys.flatMap((key, index) => {
    const property = properties.get(key);
    if (!property) return [invalidValue(`${at}[${index}]`, key, "must be a property of the items")];
    const causes: Cause[] = [];
    if (typeof property.type !== "string" || !scalars.includes(property.type)) {
      causes.push(
        invalidValue(`${path}.items.properties[${key}].type`, property.type ?? "", "of a map key must be scalar"),
      );
    }
    if (property.default === undefined && !stringsOf(items.required).includes(key)) {
      causes.push(
        requiredValue(
          `${path}.items.properties[${key}].default`,
          "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
        ),
      );
    }
    return causes;
  });
}

/** The server owns `metadata`; a schema may only narrow an object's name. */
function metadataCauses(root: JsonObject, path: string): readonly Cause[] {
  const metadata = schemasOf(root.properties).get("metadata");
  if (!metadata) return [];
  const at = `${path}.properties[metadata]`;
  const others = Object.keys(metadata).filter((keyword) => !["type", "description", "properties"].includes(keyword));
  const fields = [...schemasOf(metadata.properties).keys()].filter(
    (name) => name !== "name" && name !== "generateName",
  );
  const why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
  return [
    ...others.map((keyword) => forbiddenValue(`${at}.${keyword}`, why)),
    ...fields.map((name) => forbiddenValue(`${at}.properties[${name}]`, why)),
  ];
}

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

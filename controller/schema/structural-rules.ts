import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { saysIntOrString } from "./ajv-schema.ts";
import { schemaDepthMax } from "./compiled-schema.ts";
import { defaultCauses } from "./default-rules.ts";
import { forbiddenKeywords, schemaKeywords } from "./schema-keywords.ts";
import { goValue } from "./violations.ts";

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
  if (!isJsonObject(node)) return [invalid(path, node, "must be a schema")];
  if (levelsLeft === 0) return [forbidden(path, `schemas may nest at most ${schemaDepthMax} levels deep`)];
  const keywords = keywordCauses(node, path);
  if (keywords.length > 0) return keywords;
  return [
    ...typeCauses(node, path, place),
    ...shapeCauses(node, path, place),
    ...extensionCauses(node, path),
    ...listCauses(node, path),
    ...junctorCauses(node, path),
    ...(place === "root" ? metadataCauses(node, path) : []),
    ...below(node, path, levelsLeft - 1),
  ];
}

/** Every keyword is known and its value is of the right sort; what follows relies on it. */
function keywordCauses(node: JsonObject, path: string): readonly Cause[] {
  return Object.entries(node).flatMap(([keyword, value]) => {
    const at = `${path}.${keyword}`;
    const why = forbiddenKeywords.get(keyword);
    if (why !== undefined) return [forbidden(at, why)];
    const demand = schemaKeywords.get(keyword);
    if (!demand) return [forbidden(at, "is not a keyword of a structural schema")];
    const fault = demand(value);
    return fault === undefined ? [] : [invalid(at, value, fault)];
  });
}

function typeCauses(node: JsonObject, path: string, place: Place): readonly Cause[] {
  if (place === "root") {
    if (node.type === undefined) return [required(`${path}.type`, "must not be empty at the root")];
    return node.type === "object" ? [] : [invalid(`${path}.type`, node.type, "must be object at the root")];
  }
  const isFree = node["x-kubernetes-int-or-string"] === true || node["x-kubernetes-preserve-unknown-fields"] === true;
  if (node.type !== undefined || isFree) return [];
  return [required(`${path}.type`, `must not be empty for ${place}`)];
}

function shapeCauses(node: JsonObject, path: string, place: Place): readonly Cause[] {
  const causes: Cause[] = [];
  const { type, items, properties, additionalProperties } = node;
  if (type === "array" && items === undefined) causes.push(required(`${path}.items`, "must be specified for arrays"));
  if (type !== "array" && items !== undefined) causes.push(forbidden(`${path}.items`, "only arrays have items"));
  if (additionalProperties !== undefined) {
    const at = `${path}.additionalProperties`;
    if (place === "root") causes.push(forbidden(at, "must not be used at the root"));
    if (properties !== undefined) causes.push(forbidden(at, "and properties are mutual exclusive"));
  }
  if (type !== undefined && type !== "object" && (properties ?? additionalProperties) !== undefined) {
    causes.push(forbidden(`${path}.properties`, "only objects have properties"));
  }
  return causes;
}

function extensionCauses(node: JsonObject, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  if (node["x-kubernetes-int-or-string"] === true && node.type !== undefined) {
    causes.push(forbidden(`${path}.type`, "must be empty if x-kubernetes-int-or-string is true"));
  }
  if (node["x-kubernetes-embedded-resource"] === true) {
    if (node.type !== "object") {
      causes.push(invalid(`${path}.type`, node.type ?? "", "must be object if x-kubernetes-embedded-resource is true"));
    }
    if (node.properties === undefined && node["x-kubernetes-preserve-unknown-fields"] !== true) {
      const why =
        "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
      causes.push(required(`${path}.properties`, why));
    }
  }
  return causes;
}

function listCauses(node: JsonObject, path: string): readonly Cause[] {
  const listType = node["x-kubernetes-list-type"];
  const keys = stringsOf(node["x-kubernetes-list-map-keys"]);
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (listType !== "map" && keys.length > 0)
    return [forbidden(at, "must be empty unless x-kubernetes-list-type is map")];
  if (listType === undefined) return [];
  if (node.type !== "array")
    return [invalid(`${path}.type`, node.type ?? "", "must be array if x-kubernetes-list-type is set")];
  const items = isJsonObject(node.items) ? node.items : {};
  if (listType === "set") return setCauses(items, path);
  return listType === "map" ? mapCauses(items, keys, path, at) : [];
}

function setCauses(items: JsonObject, path: string): readonly Cause[] {
  const isAtomic =
    (items.type === "object" && items["x-kubernetes-map-type"] === "atomic") ||
    (items.type === "array" && (items["x-kubernetes-list-type"] ?? "atomic") === "atomic");
  if (isAtomic || (items.type !== "object" && items.type !== "array" && items.nullable !== true)) return [];
  return [forbidden(`${path}.items`, "of a set must be scalars or atomic, and not nullable")];
}

const scalars = ["string", "integer", "number", "boolean"];

function mapCauses(items: JsonObject, keys: readonly string[], path: string, at: string): readonly Cause[] {
  if (keys.length === 0) return [required(at, "must not be empty if x-kubernetes-list-type is map")];
  if (items.type !== "object") return [invalid(`${path}.items.type`, items.type ?? "", "of a map list must be object")];
  const properties = schemasOf(items.properties);
  return keys.flatMap((key, index) => {
    const property = properties.get(key);
    if (!property) return [invalid(`${at}[${index}]`, key, "must be a property of the items")];
    const causes: Cause[] = [];
    if (typeof property.type !== "string" || !scalars.includes(property.type)) {
      causes.push(invalid(`${path}.items.properties[${key}].type`, property.type ?? "", "of a map key must be scalar"));
    }
    if (property.default === undefined && !stringsOf(items.required).includes(key)) {
      causes.push(
        required(
          `${path}.items.properties[${key}].default`,
          "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property",
        ),
      );
    }
    return causes;
  });
}

/** Structure stands outside of `allOf`, `anyOf`, `oneOf` and `not`; inside are rules about values of what is specified outside. */
function junctorCauses(node: JsonObject, path: string): readonly Cause[] {
  const repeatsIntOrString = node["x-kubernetes-int-or-string"] === true;
  return branchesOf(node, path).flatMap(([branch, at]) => {
    if (repeatsIntOrString && (saysIntOrString(node) || saysIntOrString(branch))) return [];
    return branchCauses(branch, node, at, schemaDepthMax);
  });
}

const structure = ["type", "default", "title", "description", "nullable", "additionalProperties"];

function branchCauses(branch: JsonObject, outside: JsonObject, path: string, levelsLeft: number): readonly Cause[] {
  if (levelsLeft === 0) return [forbidden(path, `schemas may nest at most ${schemaDepthMax} levels deep`)];
  const keywords = keywordCauses(branch, path);
  if (keywords.length > 0) return keywords;
  const misplaced = Object.keys(branch)
    .filter((keyword) => structure.includes(keyword) || keyword.startsWith("x-kubernetes-"))
    .map((keyword) => forbidden(`${path}.${keyword}`, "must be empty to be structural"));
  const specified = schemasOf(outside.properties);
  const properties = [...schemasOf(branch.properties)].flatMap(([name, inner]) => {
    const known =
      specified.get(name) ?? (isJsonObject(outside.additionalProperties) ? outside.additionalProperties : undefined);
    const at = `${path}.properties[${name}]`;
    if (known) return branchCauses(inner, known, at, levelsLeft - 1);
    return [required(`${path.slice(0, junctorStart(path))}.properties[${name}]`, `because it is defined in ${at}`)];
  });
  const items = isJsonObject(branch.items)
    ? isJsonObject(outside.items)
      ? branchCauses(branch.items, outside.items, `${path}.items`, levelsLeft - 1)
      : [required(`${path.slice(0, junctorStart(path))}.items`, `because it is defined in ${path}.items`)]
    : [];
  const nested = branchesOf(branch, path).flatMap(([inner, at]) => branchCauses(inner, outside, at, levelsLeft - 1));
  return [...misplaced, ...properties, ...items, ...nested];
}

function junctorStart(path: string): number {
  const start = path.search(/\.(allOf\[|anyOf\[|oneOf\[|not(?=$|\.))/);
  return start < 0 ? path.length : start;
}

/** The schemas below `allOf`, `anyOf`, `oneOf` and `not`, with their paths. */
function branchesOf(node: JsonObject, path: string): readonly (readonly [JsonObject, string])[] {
  const listed = ["allOf", "anyOf", "oneOf"].flatMap((junctor) => {
    const branches = node[junctor];
    if (!Array.isArray(branches)) return [];
    return branches.filter(isJsonObject).map((branch, index) => [branch, `${path}.${junctor}[${index}]`] as const);
  });
  return isJsonObject(node.not) ? [...listed, [node.not, `${path}.not`]] : listed;
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
    ...others.map((keyword) => forbidden(`${at}.${keyword}`, why)),
    ...fields.map((name) => forbidden(`${at}.properties[${name}]`, why)),
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

function schemasOf(value: JsonValue | undefined): ReadonlyMap<string, JsonObject> {
  const entries = isJsonObject(value) ? Object.entries(value) : [];
  return new Map(entries.flatMap(([name, schema]) => (isJsonObject(schema) ? [[name, schema] as const] : [])));
}

function stringsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function required(field: string, why: string): Cause {
  return { reason: "FieldValueRequired", message: `Required value: ${why}`, field };
}

function forbidden(field: string, why: string): Cause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field };
}

function invalid(field: string, value: JsonValue, why: string): Cause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${goValue(value)}: ${why}`, field };
}

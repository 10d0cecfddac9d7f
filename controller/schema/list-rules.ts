import { forbiddenValue, invalidValue, requiredValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { schemasOf, stringsOf } from "./keyword-rules.ts";

/** What `x-kubernetes-list-type` and the keys of a map list ask of an array and its items. */
export function listCauses(node: JsonObject, path: string): readonly Cause[] {
  const listType = node["x-kubernetes-list-type"];
  const keys = stringsOf(node["x-kubernetes-list-map-keys"]);
  const causes: Cause[] = [];
  if (listType !== undefined && node.type !== "array") {
    causes.push(wrong(`${path}.type`, node.type, "must be array if x-kubernetes-list-type is specified"));
  }
  if (listType !== "map" && keys.length > 0) {
    causes.push(
      wrong(`${path}.x-kubernetes-list-type`, listType, "must be map if x-kubernetes-list-map-keys is non-empty"),
    );
  }
  if (causes.length > 0 || !isJsonObject(node.items)) return causes;
  if (listType === "set") return setCauses(node.items, `${path}.items`);
  return listType === "map" ? mapCauses(node.items, keys, path) : [];
}

/** What `x-kubernetes-map-type` asks of an object. */
export function mapTypeCauses(node: JsonObject, path: string): readonly Cause[] {
  if (node["x-kubernetes-map-type"] === undefined || node.type === "object") return [];
  return [wrong(`${path}.type`, node.type, "must be object if x-kubernetes-map-type is specified")];
}

/** Something absent is told as missing, and something else as invalid. */
function wrong(field: string, value: JsonValue | undefined, why: string): Cause {
  return value === undefined ? requiredValue(field, why) : invalidValue(field, value, why);
}

function setCauses(items: JsonObject, path: string): readonly Cause[] {
  const causes: Cause[] = [];
  const why = "must be atomic as item of a list with x-kubernetes-list-type=set";
  if (items.nullable === true) {
    causes.push(forbiddenValue(`${path}.nullable`, "cannot be nullable when x-kubernetes-list-type is set"));
  }
  const mapType = items["x-kubernetes-map-type"];
  if (items.type === "object" && mapType !== "atomic") {
    causes.push(invalidValue(`${path}.x-kubernetes-map-type`, mapType ?? null, why));
  }
  const listType = items["x-kubernetes-list-type"] ?? "atomic";
  if (items.type === "array" && listType !== "atomic")
    causes.push(invalidValue(`${path}.x-kubernetes-list-type`, listType, why));
  return causes;
}

const scalars = ["string", "integer", "number", "boolean"];

function mapCauses(items: JsonObject, keys: readonly string[], path: string): readonly Cause[] {
  const at = `${path}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) return [requiredValue(at, "must not be empty if x-kubernetes-list-type is map")];
  if (items.type !== "object") {
    return [
      invalidValue(
        `${path}.items.type`,
        items.type ?? "",
        "must be object if parent array's x-kubernetes-list-type is map",
      ),
    ];
  }
  const properties = schemasOf(items.properties);
  const causes: Cause[] = [];
  if (keys.some((key) => !properties.has(key)))
    causes.push(invalidValue(at, keys, "entries must all be names of item properties"));
  if (new Set(keys).size < keys.length) causes.push(invalidValue(at, keys, "must not contain duplicate entries"));
  const required = stringsOf(items.required);
  return [
    ...causes,
    ...[...new Set(keys)].flatMap((key) => {
      const property = properties.get(key);
      return property ? keyCauses(property, `${path}.items.properties[${key}]`, required.includes(key)) : [];
    }),
  ];
}

function keyCauses(property: JsonObject, path: string, isRequired: boolean): readonly Cause[] {
  const causes: Cause[] = [];
  const isKey = "this property is in x-kubernetes-list-map-keys, so it";
  if (typeof property.type === "string" && !scalars.includes(property.type)) {
    causes.push(
      invalidValue(
        `${path}.type`,
        property.type,
        "must be a scalar type if parent array's x-kubernetes-list-type is map",
      ),
    );
  }
  if (property.default === undefined && !isRequired) {
    causes.push(requiredValue(`${path}.default`, `${isKey} must have a default or be a required property`));
  }
  if (property.nullable === true) causes.push(forbiddenValue(`${path}.nullable`, `${isKey} cannot be nullable`));
  return causes;
}

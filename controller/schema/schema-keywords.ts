import { forbiddenValue, unsupportedValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonValue } from "../base/json.ts";
import { linearPattern } from "./linear-pattern.ts";

/** A keyword's value as it must be; undefined when it is, else what it must be, or what Kubernetes says of it at that path. */
type Demand = (value: JsonValue, path: string) => string | Cause | undefined;

const demand = (holds: (value: JsonValue) => boolean, what: string): Demand => {
  return (value) => (holds(value) ? undefined : what);
};

const text = demand((value) => typeof value === "string", "must be a string");
const flag = demand((value) => typeof value === "boolean", "must be true or false");
const number = demand((value) => typeof value === "number", "must be a number");
const size = demand((value) => typeof value === "number" && Number.isSafeInteger(value), "must be a whole number");
const schema = demand((value) => isJsonObject(value), "must be a schema");
const schemas = demand((value) => Array.isArray(value) && value.every(isJsonObject), "must be a list of schemas");
const anything: Demand = () => undefined;

function oneOf(values: readonly string[]): Demand {
  return (value, path) => {
    return typeof value === "string" && values.includes(value) ? undefined : unsupportedValue(path, value, values);
  };
}

/** Refuses a value whatever it is; the path may be that of another place. */
function refused(why: string, isRefused: (value: JsonValue) => boolean, otherwise: Demand = anything): Demand {
  return (value, path) => (isRefused(value) ? forbiddenValue(path, why) : otherwise(value, path));
}

function re2(value: JsonValue): string | undefined {
  if (typeof value !== "string") return "must be a string";
  try {
    linearPattern(value);
    return undefined;
  } catch (error) {
    return `must be a valid regular expression, but isn't: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const strings = demand(
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  "must be a list of strings",
);

const ruleFields: ReadonlyMap<string, "string" | "boolean"> = new Map([
  ...["rule", "message", "messageExpression", "reason", "fieldPath"].map((name) => [name, "string"] as const),
  ["optionalOldSelf", "boolean"],
]);

function rules(value: JsonValue): string | undefined {
  if (!Array.isArray(value) || !value.every(isJsonObject)) return "must be a list of rules";
  for (const rule of value) {
    for (const [name, part] of Object.entries(rule)) {
      const type = ruleFields.get(name);
      if (type === undefined) return `must hold rules of ${[...ruleFields.keys()].join(", ")}, and no ${name}`;
      if (typeof part !== type) return `must hold rules whose ${name} is a ${type}`;
    }
  }
  return undefined;
}

/** The keywords that a structural schema may use, and what their values must be. */
export const schemaKeywords: ReadonlyMap<string, Demand> = new Map([
  ["type", text],
  ["format", text],
  ["title", text],
  ["description", text],
  ["example", anything],
  ["externalDocs", anything],
  ["default", anything],
  ["nullable", flag],
  ["enum", demand((value) => Array.isArray(value), "must be a list of values")],
  ["pattern", re2],
  ["minLength", size],
  ["maxLength", size],
  ["minimum", number],
  ["maximum", number],
  ["exclusiveMinimum", flag],
  ["exclusiveMaximum", flag],
  ["multipleOf", number],
  ["items", refused("items must be a schema object and not an array", Array.isArray, schema)],
  ["minItems", size],
  ["maxItems", size],
  [
    "uniqueItems",
    refused(
      "uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
      (value) => value === true,
      flag,
    ),
  ],
  ["properties", schema],
  ["required", strings],
  [
    "additionalProperties",
    demand((value) => typeof value === "boolean" || isJsonObject(value), "must be a schema, true or false"),
  ],
  ["minProperties", size],
  ["maxProperties", size],
  ["allOf", schemas],
  ["anyOf", schemas],
  ["oneOf", schemas],
  ["not", schema],
  ["x-kubernetes-int-or-string", flag],
  ["x-kubernetes-preserve-unknown-fields", demand((value) => value === true, "must be true or undefined")],
  ["x-kubernetes-embedded-resource", flag],
  ["x-kubernetes-list-type", oneOf(["atomic", "set", "map"])],
  ["x-kubernetes-list-map-keys", strings],
  ["x-kubernetes-map-type", oneOf(["atomic", "granular"])],
  ["x-kubernetes-validations", rules],
]);

/** Keywords of JSON Schema or Kubernetes that a CRD may not use here, and why. */
export const forbiddenKeywords: ReadonlyMap<string, string> = new Map([
  ...[...["$ref", "$schema", "definitions", "dependencies", "id", "patternProperties", "additionalItems"]].map(
    (keyword) => [keyword, `${keyword} is not supported`] as const,
  ),
]);

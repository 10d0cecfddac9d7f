import { RE2JS } from "re2js";
import { isJsonObject, type JsonValue } from "../base/json.ts";

/** A keyword's value as it must be; undefined when it is, else what it must be. */
type Demand = (value: JsonValue) => string | undefined;

const demand = (holds: (value: JsonValue) => boolean, what: string): Demand => {
  return (value) => (holds(value) ? undefined : what);
};

const text = demand((value) => typeof value === "string", "must be a string");
const flag = demand((value) => typeof value === "boolean", "must be true or false");
const number = demand((value) => typeof value === "number", "must be a number");
const size = demand(
  (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0,
  "must be a whole number, 0 or more",
);
const schema = demand((value) => isJsonObject(value), "must be a schema");
const schemas = demand((value) => Array.isArray(value) && value.every(isJsonObject), "must be a list of schemas");
const anything: Demand = () => undefined;

const types = ["object", "array", "string", "integer", "number", "boolean"];

function oneOf(values: readonly string[]): Demand {
  return demand((value) => typeof value === "string" && values.includes(value), `must be one of ${values.join(", ")}`);
}

function re2(value: JsonValue): string | undefined {
  if (typeof value !== "string") return "must be a string";
  try {
    RE2JS.compile(value);
    return undefined;
  } catch (error) {
    return `must be a regular expression in RE2 syntax: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const strings = demand(
  (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
  "must be a list of strings",
);

/** The keywords that a structural schema may use, and what their values must be. */
export const schemaKeywords: ReadonlyMap<string, Demand> = new Map([
  ["type", oneOf(types)],
  ["format", text],
  ["title", text],
  ["description", text],
  ["example", anything],
  ["externalDocs", anything],
  ["default", anything],
  ["nullable", flag],
  ["enum", demand((value) => Array.isArray(value) && value.length > 0, "must be a list of values, not empty")],
  ["pattern", re2],
  ["minLength", size],
  ["maxLength", size],
  ["minimum", number],
  ["maximum", number],
  ["exclusiveMinimum", flag],
  ["exclusiveMaximum", flag],
  ["multipleOf", demand((value) => typeof value === "number" && value > 0, "must be a number above 0")],
  ["items", schema],
  ["minItems", size],
  ["maxItems", size],
  ["uniqueItems", demand((value) => value === false, "must be false; say x-kubernetes-list-type: set instead")],
  ["properties", schema],
  ["required", strings],
  [
    "additionalProperties",
    demand((value) => value === true || isJsonObject(value), "must be a schema; false is not supported"),
  ],
  ["minProperties", size],
  ["maxProperties", size],
  ["allOf", schemas],
  ["anyOf", schemas],
  ["oneOf", schemas],
  ["not", schema],
  ["x-kubernetes-int-or-string", flag],
  ["x-kubernetes-preserve-unknown-fields", demand((value) => value === true, "must be true or absent")],
  ["x-kubernetes-embedded-resource", flag],
  ["x-kubernetes-list-type", oneOf(["atomic", "set", "map"])],
  ["x-kubernetes-list-map-keys", strings],
  ["x-kubernetes-map-type", oneOf(["atomic", "granular"])],
]);

/** Keywords of JSON Schema or Kubernetes that a CRD may not use here, and why. */
export const forbiddenKeywords: ReadonlyMap<string, string> = new Map([
  ...[
    ...["$ref", "$schema", "definitions", "dependencies", "deprecated", "discriminator", "id"],
    ...["patternProperties", "readOnly", "writeOnly", "xml", "additionalItems"],
  ].map((keyword) => [keyword, "must be empty to be structural"] as const),
  ["x-kubernetes-validations", "CEL rules are not evaluated by this server yet; leave the rule out"] as const,
]);

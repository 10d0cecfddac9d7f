import type { JsonObject, JsonValue } from "../../../controller/base/json.ts";

/** One CustomResourceDefinition, sound or not. What a kube-apiserver says of it lies in `golden/crd-verdicts.json`, by its title. */
export interface CrdCase {
  readonly title: string;
  readonly crd: JsonObject;
}

const text = { type: "string" };
const whole = { type: "integer" };

/** A CRD whose one version has this schema. */
function schema(title: string, openAPIV3Schema: JsonValue): CrdCase {
  return version(title, { schema: { openAPIV3Schema } });
}

/** A CRD whose objects have a field `f` of this schema. */
function field(title: string, f: JsonValue): CrdCase {
  return schema(title, { type: "object", properties: { f } });
}

const plainVersion = {
  name: "v1",
  served: true,
  storage: true,
  schema: { openAPIV3Schema: { type: "object", properties: { spec: { type: "object", properties: { a: text } } } } },
};

function version(title: string, fields: JsonObject): CrdCase {
  return versions(title, [{ ...plainVersion, ...fields }]);
}

function versions(title: string, list: readonly JsonObject[]): CrdCase {
  return spec(title, { versions: list });
}

function names(title: string, fields: JsonObject): CrdCase {
  return spec(title, { names: { plural: "runs", kind: "Run", ...fields } });
}

function spec(title: string, fields: JsonObject, metadata: JsonObject = {}): CrdCase {
  const whole = {
    group: "ex.dev",
    scope: "Namespaced",
    names: { plural: "runs", kind: "Run" },
    versions: [plainVersion],
  };
  return {
    title,
    crd: {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "runs.ex.dev", ...metadata },
      spec: { ...whole, ...fields },
    },
  };
}

function column(title: string, fields: JsonObject): CrdCase {
  return version(title, { additionalPrinterColumns: [{ name: "A", type: "string", jsonPath: ".spec.a", ...fields }] });
}

const scalePaths = { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" };

function scale(title: string, fields: JsonObject): CrdCase {
  return version(title, { subresources: { scale: { ...scalePaths, ...fields } } });
}

function selectable(title: string, paths: readonly string[], properties: JsonObject): CrdCase {
  const openAPIV3Schema = { type: "object", properties: { spec: { type: "object", properties } } };
  return version(title, { schema: { openAPIV3Schema }, selectableFields: paths.map((jsonPath) => ({ jsonPath })) });
}

const nested = (levels: number): JsonObject =>
  levels === 0 ? { type: "string" } : { type: "object", properties: { a: nested(levels - 1) } };

const aboutNames: readonly CrdCase[] = [
  spec("the least there is", {}),
  spec("a name of another form", {}, { name: "run" }),
  spec("a name with upper case", { names: { plural: "Runs", kind: "Run" } }, { name: "Runs.ex.dev" }),
  spec("no group", { group: "" }, { name: "runs." }),
  spec("a group without a dot", { group: "ex" }, { name: "runs.ex" }),
  spec("a group with upper case", { group: "Ex.dev" }, { name: "runs.Ex.dev" }),
  spec("a group with an underscore", { group: "ex_a.dev" }, { name: "runs.ex_a.dev" }),
  spec("a protected group", { group: "ex.k8s.io" }, { name: "runs.ex.k8s.io" }),
  spec("kubernetes.io", { group: "ex.kubernetes.io" }, { name: "runs.ex.kubernetes.io" }),
  spec(
    "a protected group, approved by a URL",
    { group: "ex.k8s.io" },
    {
      name: "runs.ex.k8s.io",
      annotations: { "api-approved.kubernetes.io": "https://github.com/kubernetes/kubernetes/pull/78458" },
    },
  ),
  spec(
    "a protected group, unapproved",
    { group: "ex.k8s.io" },
    { name: "runs.ex.k8s.io", annotations: { "api-approved.kubernetes.io": "unapproved, experimental-only" } },
  ),
  spec(
    "a protected group, approved by nothing",
    { group: "ex.k8s.io" },
    { name: "runs.ex.k8s.io", annotations: { "api-approved.kubernetes.io": "because" } },
  ),
  spec("no scope", { scope: "" }),
  spec("an unknown scope", { scope: "Galaxy" }),
  names("no kind", { kind: "" }),
  names("no plural", { plural: "" }),
  names("a kind with a dot", { kind: "Run.Time" }),
  names("a kind with a hyphen", { kind: "Run-Time" }),
  names("a kind in lower case", { kind: "run" }),
  names("a kind called constructor", { kind: "Constructor", singular: "constructor" }),
  names("a plural called __proto__", { plural: "__proto__" }),
  names("a listKind equal to the kind", { listKind: "Run" }),
  names("a listKind with a space", { listKind: "Run List" }),
  names("a singular with upper case", { singular: "Run" }),
  names("a singular with a dot", { singular: "run.a" }),
  names("a short name with upper case", { shortNames: ["R"] }),
  names("a short name twice", { shortNames: ["r", "r"] }),
  names("a category with upper case", { categories: ["All"] }),
  names("a category", { categories: ["all"], shortNames: ["r"] }),
  names("a plural of 64 characters", { plural: "r".repeat(64) }),
];

const aboutVersions: readonly CrdCase[] = [
  versions("no versions", []),
  versions("no storage version", [{ ...plainVersion, storage: false }]),
  versions("two storage versions", [plainVersion, { ...plainVersion, name: "v2" }]),
  versions("two versions", [plainVersion, { ...plainVersion, name: "v1beta1", storage: false }]),
  versions("a version twice", [plainVersion, { ...plainVersion, storage: false }]),
  version("a version with upper case", { name: "V1" }),
  version("a version with a dot", { name: "v1.1" }),
  version("a version that begins with a digit", { name: "1v" }),
  version("a version called latest", { name: "latest" }),
  version("no version served", { served: false }),
  version("a warning without deprecation", { deprecationWarning: "gone soon" }),
  version("a deprecated version", { deprecated: true, deprecationWarning: "gone soon" }),
  version("an empty warning", { deprecated: true, deprecationWarning: "" }),
  version("a warning of 257 characters", { deprecated: true, deprecationWarning: "w".repeat(257) }),
  version("a warning with a line break", { deprecated: true, deprecationWarning: "a\nb" }),
  version("no schema", { schema: {} }),
  spec("preserveUnknownFields", { preserveUnknownFields: true }),
  spec("preserveUnknownFields false", { preserveUnknownFields: false }),
  spec("conversion by no known strategy", { conversion: { strategy: "Magic" } }),
  spec("conversion None with a webhook", {
    conversion: {
      strategy: "None",
      webhook: { conversionReviewVersions: ["v1"], clientConfig: { url: "https://a.b" } },
    },
  }),
  spec("conversion by a webhook that is missing", { conversion: { strategy: "Webhook" } }),
  column("a column", {}),
  column("a column without a name", { name: "" }),
  column("a column without a type", { type: "" }),
  column("a column of an unknown type", { type: "duration" }),
  column("a column with format int32", { type: "integer", format: "int32" }),
  column("a column with an unknown format", { format: "purple" }),
  column("a column without a path", { jsonPath: "" }),
  column("a column whose path has no dot", { jsonPath: "spec.a" }),
  column("a column whose path has braces", { jsonPath: "{.spec.a}" }),
  column("a column whose path never closes", { jsonPath: ".spec[0" }),
  column("a column with a filter", { jsonPath: '.status.conditions[?(@.type=="Ready")].status' }),
  column("a column with a broken filter", { jsonPath: ".status.conditions[?(@.type==)].status" }),
  column("a column with a wildcard", { jsonPath: ".spec.a[*].b" }),
  column("a column with a slice", { jsonPath: ".spec.a[0:2]" }),
  column("a column with a recursive descent", { jsonPath: "..a" }),
  column("a column with a quoted member", { jsonPath: ".metadata.labels['a/b']" }),
  column("a column with an escaped dot", { jsonPath: ".metadata.annotations.a\\.b" }),
  column("a column with priority", { priority: 1, description: "x" }),
  scale("scale", {}),
  scale("scale with a selector", { labelSelectorPath: ".status.selector" }),
  scale("scale without a path", { specReplicasPath: "" }),
  scale("scale outside of spec", { specReplicasPath: ".status.replicas" }),
  scale("scale with an index", { specReplicasPath: ".spec.a[0]" }),
  scale("scale with a path without a dot", { specReplicasPath: "spec.replicas" }),
  scale("scale whose status path is in spec", { statusReplicasPath: ".spec.replicas" }),
  scale("scale whose status path is missing", { statusReplicasPath: "" }),
  scale("scale whose selector is in metadata", { labelSelectorPath: ".metadata.labels" }),
  scale("scale of spec itself", { specReplicasPath: ".spec" }),
  selectable("a selectable field", [".spec.a"], { a: text }),
  selectable("a selectable field in metadata", [".metadata.name"], {}),
  selectable("a selectable field that is not there", [".spec.b"], { a: text }),
  selectable("a selectable field twice", [".spec.a", ".spec.a"], { a: text }),
  selectable("a selectable list", [".spec.a"], { a: { type: "array", items: text } }),
  selectable("a selectable number", [".spec.a"], { a: { type: "number" } }),
  selectable("a selectable boolean and an integer", [".spec.a", ".spec.b"], { a: { type: "boolean" }, b: whole }),
  selectable("a selectable field without a dot", ["spec.a"], { a: text }),
  selectable("a selectable field without a path", [""], { a: text }),
  selectable("a selectable field with an index", [".spec.a[0]"], { a: text }),
  selectable(
    "nine selectable fields",
    [..."abcdefghi"].map((name) => `.spec.${name}`),
    {
      ...Object.fromEntries([..."abcdefghi"].map((name) => [name, text])),
    },
  ),
];

const aboutSchemas: readonly CrdCase[] = [
  schema("a root that is a string", text),
  schema("a root without a type", { properties: { a: text } }),
  schema("a root that may hold anything", { type: "object", "x-kubernetes-preserve-unknown-fields": true }),
  schema("a root with additionalProperties", { type: "object", additionalProperties: text }),
  schema("a root that is nullable", { type: "object", nullable: true }),
  schema("a root with list type", { type: "object", "x-kubernetes-list-type": "set" }),
  schema("metadata with rules for the name", {
    type: "object",
    properties: { metadata: { type: "object", properties: { name: { type: "string", maxLength: 5 } } } },
  }),
  schema("metadata with rules for labels", {
    type: "object",
    properties: { metadata: { type: "object", properties: { labels: { type: "object" } } } },
  }),
  schema("metadata with additionalProperties", {
    type: "object",
    properties: { metadata: { type: "object", additionalProperties: text } },
  }),
  schema("metadata with a default", { type: "object", properties: { metadata: { type: "object", default: {} } } }),
  schema("metadata that is a string", { type: "object", properties: { metadata: text } }),
  schema("apiVersion that is an integer", { type: "object", properties: { apiVersion: whole } }),
  field("a field without a type", {}),
  field("a field of type null", { type: "null" }),
  field("a field of an unknown type", { type: "file" }),
  field("an array without items", { type: "array" }),
  field("an array of anything", { type: "array", items: {} }),
  field("an array of strings", { type: "array", items: text }),
  field("a tuple", { type: "array", items: [text, whole] }),
  field("a string with items", { type: "string", items: text }),
  field("a string with properties", { type: "string", properties: { a: text } }),
  field("properties and additionalProperties", { type: "object", properties: { a: text }, additionalProperties: text }),
  field("properties and additionalProperties true", {
    type: "object",
    properties: { a: text },
    additionalProperties: true,
  }),
  field("additionalProperties true", { type: "object", additionalProperties: true }),
  field("additionalProperties false", { type: "object", additionalProperties: false }),
  field("a map", { type: "object", additionalProperties: text }),
  field("uniqueItems", { type: "array", items: text, uniqueItems: true }),
  field("uniqueItems false", { type: "array", items: text, uniqueItems: false }),
  field("a reference", { $ref: "#/definitions/a" }),
  field("definitions", { type: "object", definitions: { a: text } }),
  field("patternProperties", { type: "object", patternProperties: { a: text } }),
  field("dependencies", { type: "object", dependencies: { a: ["b"] } }),
  field("an id", { type: "string", id: "a" }),
  field("a schema", { type: "string", $schema: "http://json-schema.org/draft-04/schema#" }),
  field("additionalItems", { type: "array", items: text, additionalItems: true }),
  field("a title and an example", { type: "string", title: "t", example: "e", externalDocs: { url: "https://a.b" } }),
  field("a pattern", { type: "string", pattern: "^a+$" }),
  field("a pattern that does not compile", { type: "string", pattern: "(" }),
  field("a pattern that looks ahead", { type: "string", pattern: "^(?=a)" }),
  field("a pattern with a back reference", { type: "string", pattern: "(a)\\1" }),
  field("a pattern that repeats 1001 times", { type: "string", pattern: "a{1001}" }),
  field("a pattern on an integer", { type: "integer", pattern: "^a$" }),
  field("a format that nobody knows", { type: "string", format: "purple" }),
  field("minLength below 0", { type: "string", minLength: -1 }),
  field("minLength above maxLength", { type: "string", minLength: 2, maxLength: 1 }),
  field("multipleOf 0", { type: "integer", multipleOf: 0 }),
  field("multipleOf below 0", { type: "integer", multipleOf: -1 }),
  field("minimum above maximum", { type: "integer", minimum: 2, maximum: 1 }),
  field("exclusiveMinimum without minimum", { type: "integer", exclusiveMinimum: true }),
  field("required without properties", { type: "object", required: ["a"] }),
  field("required twice", { type: "object", properties: { a: text }, required: ["a", "a"] }),
  field("an empty required", { type: "object", properties: { a: text }, required: [] }),
  field("an enum", { type: "string", enum: ["a", "b"] }),
  field("an empty enum", { type: "string", enum: [] }),
  field("an enum of another type", { type: "string", enum: [1] }),
  field("an enum with a value twice", { type: "string", enum: ["a", "a"] }),
  field("an enum with null", { type: "string", nullable: true, enum: ["a", null] }),
  field("int-or-string", { "x-kubernetes-int-or-string": true }),
  field("int-or-string with a type", { type: "string", "x-kubernetes-int-or-string": true }),
  field("int-or-string with anyOf", { "x-kubernetes-int-or-string": true, anyOf: [whole, text] }),
  field("int-or-string with anyOf in the other order", { "x-kubernetes-int-or-string": true, anyOf: [text, whole] }),
  field("int-or-string in allOf", { "x-kubernetes-int-or-string": true, allOf: [{ anyOf: [whole, text] }] }),
  field("int-or-string with a pattern", { "x-kubernetes-int-or-string": true, pattern: "^a$" }),
  field("preserve-unknown-fields false", { type: "object", "x-kubernetes-preserve-unknown-fields": false }),
  field("preserve-unknown-fields without a type", { "x-kubernetes-preserve-unknown-fields": true }),
  field("preserve-unknown-fields on a string", { type: "string", "x-kubernetes-preserve-unknown-fields": true }),
  field("an embedded resource", {
    type: "object",
    "x-kubernetes-embedded-resource": true,
    "x-kubernetes-preserve-unknown-fields": true,
  }),
  field("an embedded resource with nothing in it", { type: "object", "x-kubernetes-embedded-resource": true }),
  field("an embedded resource that is a string", { type: "string", "x-kubernetes-embedded-resource": true }),
  field("an embedded resource with rules for labels", {
    type: "object",
    "x-kubernetes-embedded-resource": true,
    properties: { metadata: { type: "object", properties: { labels: { type: "object" } } } },
  }),
  field("a set", { type: "array", items: text, "x-kubernetes-list-type": "set" }),
  field("a set of objects", { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "set" }),
  field("a set of atomic objects", {
    type: "array",
    items: { type: "object", "x-kubernetes-map-type": "atomic" },
    "x-kubernetes-list-type": "set",
  }),
  field("a set of nullable strings", {
    type: "array",
    items: { type: "string", nullable: true },
    "x-kubernetes-list-type": "set",
  }),
  field("a set of sets", {
    type: "array",
    items: { type: "array", items: text, "x-kubernetes-list-type": "set" },
    "x-kubernetes-list-type": "set",
  }),
  field("a list of an unknown type", { type: "array", items: text, "x-kubernetes-list-type": "bag" }),
  field("a list type on an object", { type: "object", "x-kubernetes-list-type": "set" }),
  field("a map list", {
    type: "array",
    items: { type: "object", required: ["a"], properties: { a: text } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  field("a map list with an optional key", {
    type: "array",
    items: { type: "object", properties: { a: text } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  field("a map list with a defaulted key", {
    type: "array",
    items: { type: "object", properties: { a: { type: "string", default: "x" } } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  field("a map list with a nullable key", {
    type: "array",
    items: { type: "object", required: ["a"], properties: { a: { type: "string", nullable: true, default: "x" } } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  field("a map list without keys", {
    type: "array",
    items: { type: "object", properties: { a: text } },
    "x-kubernetes-list-type": "map",
  }),
  field("a map list with a key that is not there", {
    type: "array",
    items: { type: "object", required: ["a"], properties: { a: text } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["b"],
  }),
  field("a map list with a key twice", {
    type: "array",
    items: { type: "object", required: ["a"], properties: { a: text } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a", "a"],
  }),
  field("a map list whose key is an object", {
    type: "array",
    items: { type: "object", required: ["a"], properties: { a: { type: "object" } } },
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  field("a map list of strings", {
    type: "array",
    items: text,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  field("map keys on an atomic list", {
    type: "array",
    items: { type: "object", required: ["a"], properties: { a: text } },
    "x-kubernetes-list-type": "atomic",
    "x-kubernetes-list-map-keys": ["a"],
  }),
  field("an atomic map", { type: "object", "x-kubernetes-map-type": "atomic", additionalProperties: text }),
  field("a map type on an array", { type: "array", items: text, "x-kubernetes-map-type": "atomic" }),
  field("an unknown map type", { type: "object", "x-kubernetes-map-type": "bag" }),
  field("a default", { type: "string", default: "a" }),
  field("a default of the wrong type", { type: "string", default: 1 }),
  field("a default against the pattern", { type: "string", pattern: "^b$", default: "a" }),
  field("a default null", { type: "string", default: null }),
  field("a default null that may be", { type: "string", nullable: true, default: null }),
  field("a default with an unknown field", { type: "object", properties: { a: text }, default: { b: "x" } }),
  field("a default without a required field", {
    type: "object",
    required: ["a"],
    properties: { a: text },
    default: {},
  }),
  field("a default that defaults complete", {
    type: "object",
    required: ["a"],
    properties: { a: { type: "string", default: "x" } },
    default: {},
  }),
  field("a default inside of a list", {
    type: "array",
    items: { type: "object", properties: { a: { type: "string", default: "x" } } },
  }),
  field("a default of items", { type: "array", items: { type: "string", default: "x" } }),
  field("a default of map values", { type: "object", additionalProperties: { type: "string", default: "x" } }),
  field("a default with duplicates in a set", {
    type: "array",
    items: text,
    "x-kubernetes-list-type": "set",
    default: ["a", "a"],
  }),
  field("a default inside of anyOf", { type: "string", anyOf: [{ default: "a" }] }),
  field("a type inside of allOf", { type: "object", allOf: [{ type: "object" }] }),
  field("a description inside of not", { type: "object", not: { description: "d" } }),
  field("nullable inside of oneOf", { type: "object", oneOf: [{ nullable: true }] }),
  field("additionalProperties inside of anyOf", { type: "object", anyOf: [{ additionalProperties: text }] }),
  field("an extension inside of anyOf", { type: "object", anyOf: [{ "x-kubernetes-preserve-unknown-fields": true }] }),
  field("a property only inside of anyOf", { type: "object", anyOf: [{ properties: { a: { minLength: 1 } } }] }),
  field("a property inside and outside of anyOf", {
    type: "object",
    properties: { a: text },
    anyOf: [{ properties: { a: { minLength: 1 } } }],
  }),
  field("items only inside of allOf", { type: "array", allOf: [{ items: { minLength: 1 } }] }),
  field("items inside and outside of allOf", { type: "array", items: text, allOf: [{ items: { minLength: 1 } }] }),
  field("map values inside of anyOf", {
    type: "object",
    additionalProperties: text,
    anyOf: [{ properties: { a: { minLength: 1 } } }],
  }),
  field("required inside of oneOf", {
    type: "object",
    properties: { a: text, b: text },
    oneOf: [{ required: ["a"] }, { required: ["b"] }],
  }),
  field("an enum inside of not", { type: "string", not: { enum: ["a"] } }),
  field("a property called __proto__", { type: "object", properties: JSON.parse('{"__proto__": {"type": "string"}}') }),
  field("a property called constructor", { type: "object", properties: { constructor: text, toString: text } }),
  field("a property with a dot and a slash", { type: "object", properties: { "a.b/c": text } }),
  field("an unknown keyword", { type: "string", purple: true }),
  field("an unknown extension", { type: "string", "x-purple": true }),
  field("contains", { type: "array", items: text, contains: text }),
  field("50 levels", nested(50)),
  field("two faults", { type: "object", properties: { a: {}, b: { type: "array" } } }),
];

export const crdCases: readonly CrdCase[] = [...aboutNames, ...aboutVersions, ...aboutSchemas];

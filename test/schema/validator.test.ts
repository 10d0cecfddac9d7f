import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../controller/base/json.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import type { JsonSchemaProps } from "../../controller/schema/schema.ts";
import { compileSpec, portSchema, runKind } from "../support/run-schema.ts";

describe("validate", () => {
  const schema = compileSpec({
    type: "object",
    required: ["image"],
    properties: {
      image: { type: "string", minLength: 1, maxLength: 5, pattern: "^[a-z]*$" },
      mode: { type: "string", enum: ["fast", "slow"] },
      replicas: { type: "integer", format: "int32", minimum: 0, maximum: 9 },
      above: { type: "number", minimum: 0, exclusiveMinimum: true },
      count: { type: "integer", format: "int64", nullable: true },
      port: { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
      tags: { type: "array", minItems: 1, maxItems: 2, items: { type: "string" }, "x-kubernetes-list-type": "set" },
      at: { type: "string", format: "date-time" },
      ports: {
        type: "array",
        items: portSchema,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      },
      labels: { type: "object", maxProperties: 1, additionalProperties: { type: "string" } },
    },
  });

  it.each([
    [{}, "FieldValueRequired", "spec.image", "Required value"],
    [
      { image: "" },
      "FieldValueInvalid",
      "spec.image",
      'Invalid value: "": spec.image in body should be at least 1 chars long',
    ],
    [{ image: "abcdef" }, "FieldValueTooLong", "spec.image", "Too long: may not be more than 5 bytes"],
    [
      { image: "A1" },
      "FieldValueInvalid",
      "spec.image",
      "Invalid value: \"A1\": spec.image in body should match '^[a-z]*$'",
    ],
    [
      { image: 5 },
      "FieldValueTypeInvalid",
      "spec.image",
      'Invalid value: "integer": spec.image in body must be of type string: "integer"',
    ],
    [{ mode: "x" }, "FieldValueNotSupported", "spec.mode", 'Unsupported value: "x": supported values: "fast", "slow"'],
    [
      { replicas: -4 },
      "FieldValueInvalid",
      "spec.replicas",
      "Invalid value: -4: spec.replicas in body should be greater than or equal to 0",
    ],
    [
      { replicas: 10 },
      "FieldValueInvalid",
      "spec.replicas",
      "Invalid value: 10: spec.replicas in body should be less than or equal to 9",
    ],
    [{ above: 0 }, "FieldValueInvalid", "spec.above", "Invalid value: 0: spec.above in body should be greater than 0"],
    [
      { tags: [] },
      "FieldValueInvalid",
      "spec.tags",
      "Invalid value: 0: spec.tags in body should have at least 1 items",
    ],
    [{ tags: ["a", "b", "c"] }, "FieldValueTooMany", "spec.tags", "Too many: 3: must have at most 2 items"],
    [
      { tags: [true] },
      "FieldValueTypeInvalid",
      "spec.tags[0]",
      'Invalid value: "boolean": spec.tags[0] in body must be of type string: "boolean"',
    ],
    [{ tags: ["a", "a"] }, "FieldValueDuplicate", "spec.tags[1]", 'Duplicate value: "a"'],
    [
      { ports: [{ name: "a" }, { name: "a", protocol: "UDP" }] },
      "FieldValueDuplicate",
      "spec.ports[1]",
      'Duplicate value: {"name":"a"}',
    ],
    [{ ports: [{ name: "a" }, {}] }, "FieldValueRequired", "spec.ports[1].name", "Required value"],
    [
      { labels: { "a/b": 1 } },
      "FieldValueTypeInvalid",
      "spec.labels.a/b",
      'Invalid value: "integer": spec.labels.a/b in body must be of type string: "integer"',
    ],
    [{ labels: { a: "1", b: "2" } }, "FieldValueTooMany", "spec.labels", "Too many: 2: must have at most 1 item"],
    [
      { port: true },
      "FieldValueTypeInvalid",
      "spec.port",
      'Invalid value: "boolean": spec.port in body must be of type integer,string: "boolean"',
    ],
    [
      { at: "yesterday" },
      "FieldValueTypeInvalid",
      "spec.at",
      'Invalid value: "yesterday": spec.at in body must be of type date-time: "yesterday"',
    ],
  ])("of %j says what Kubernetes says", (given, reason, field, message) => {
    const image = "image" in given || reason === "FieldValueRequired" ? {} : { image: "abc" };
    const spec = field === "spec.ports[1].name" ? { image: "abc", ...given } : { ...image, ...given };
    expect(schema.validate({ spec })).toEqual([{ reason, field, message }]);
  });

  it("refuses an integer that JavaScript has rounded", () => {
    const object: JsonObject = JSON.parse('{"spec":{"image":"a","count":9007199254740993}}');
    expect(schema.validate(object)).toMatchObject([{ reason: "FieldValueInvalid", field: "spec.count" }]);
    expect(schema.validate({ spec: { image: "a", count: Number.MAX_SAFE_INTEGER } })).toEqual([]);
  });

  it("takes null where the schema is nullable", () => {
    expect(schema.validate({ spec: { image: "a", count: null } })).toEqual([]);
  });

  it("tells every error of one object", () => {
    const fields = schema.validate({ spec: { mode: "x", replicas: -1 } }).map((cause) => cause.field);
    expect(fields).toEqual(["spec.image", "spec.mode", "spec.replicas"]);
  });

  it("checks metadata as well", () => {
    expect(schema.validate({ metadata: { labels: { a: 1 } }, spec: { image: "a" } })).toEqual([
      {
        reason: "FieldValueTypeInvalid",
        field: "metadata.labels.a",
        message: 'Invalid value: "integer": metadata.labels.a in body must be of type string: "integer"',
      },
    ]);
  });

  it.each<[string, JsonSchemaProps, JsonValue, string]>([
    [
      "anyOf",
      { anyOf: [{ required: ["a"] }, { required: ["b"] }] },
      {},
      '"spec" must validate at least one schema (anyOf)',
    ],
    [
      "oneOf, none",
      { oneOf: [{ required: ["a"] }, { required: ["b"] }] },
      {},
      '"spec" must validate one and only one schema (oneOf). Found none valid',
    ],
    [
      "oneOf, two",
      { oneOf: [{ required: ["a"] }, { required: ["b"] }] },
      { a: 1, b: 1 },
      '"spec" must validate one and only one schema (oneOf). Found more than one valid alternative',
    ],
    ["not", { not: { required: ["a"] } }, { a: 1 }, '"spec" must not validate the schema (not)'],
  ])("tells one error of %s, and none of its alternatives", (_name, junctor, spec, detail) => {
    const free: JsonSchemaProps = { type: "object", "x-kubernetes-preserve-unknown-fields": true, ...junctor };
    expect(compileSpec(free).validate({ spec })).toEqual([
      { reason: "FieldValueInvalid", message: `Invalid value: "": ${detail}`, field: "spec" },
    ]);
  });

  it.each<[string, JsonSchemaProps, JsonValue, string]>([
    [
      "minProperties",
      { type: "object", minProperties: 1 },
      {},
      "Invalid value: 0: spec in body should have at least 1 properties",
    ],
    ["multipleOf", { type: "integer", multipleOf: 4 }, 6, "Invalid value: 6: spec in body should be a multiple of 4"],
    [
      "maximum",
      { type: "number", maximum: 1, exclusiveMaximum: true },
      1,
      "Invalid value: 1: spec in body should be less than 1",
    ],
    [
      "int32",
      { type: "integer", format: "int32" },
      3e9,
      'Invalid value: 3000000000: spec in body must be of type int32: "3000000000"',
    ],
    [
      "a whole number",
      { type: "integer" },
      1.5,
      'Invalid value: "number": spec in body must be of type integer: "number"',
    ],
    ["null", { type: "string" }, null, 'Invalid value: "null": spec in body must be of type string: "null"'],
    ["a list", { type: "object" }, [], 'Invalid value: "array": spec in body must be of type object: "array"'],
  ])("words %s as Kubernetes does", (_name, schema, spec, message) => {
    expect(
      compileSpec(schema)
        .validate({ spec })
        .map((cause) => cause.message),
    ).toEqual([message]);
  });

  it("lets null be a value of an enum that lists it", () => {
    const { validate } = compileSpec({ type: "string", nullable: true, enum: ["a"] });
    expect(validate({ spec: null })[0]?.message).toBe('Unsupported value: null: supported values: "a"');
    const listed = compileSpec({ type: "string", nullable: true, enum: ["a", null] });
    expect(listed.validate({ spec: null })).toEqual([]);
    expect(validate({ spec: "b" })[0]?.message).toBe('Unsupported value: "b": supported values: "a"');
  });

  it("refuses a rounded integer inside of what the schema leaves open, and takes a large double", () => {
    const { validate } = compileSpec({ type: "object", "x-kubernetes-preserve-unknown-fields": true });
    const rounded: JsonObject = JSON.parse('{"spec":{"deep":[{"n":9007199254740993}]}}');
    expect(validate(rounded).map((cause) => cause.field)).toEqual(["spec"]);
    expect(validate({ spec: { n: 1e300, m: -5, o: 0.5 } })).toEqual([]);
  });

  it("holds a name to what the schema says of metadata", () => {
    const { validate } = compileSchema(
      {
        type: "object",
        properties: { metadata: { type: "object", properties: { name: { type: "string", maxLength: 3 } } } },
      },
      runKind,
    );
    expect(validate({ metadata: { name: "long" } })[0]?.field).toBe("metadata.name");
  });

  it("validates an embedded resource's metadata, and that it says what it is", () => {
    const { validate } = compileSpec({
      type: "object",
      "x-kubernetes-embedded-resource": true,
      properties: { a: { type: "string" } },
    });
    expect(validate({ spec: { metadata: { name: 5 }, a: "x" } }).map((cause) => cause.field)).toEqual([
      "spec.apiVersion",
      "spec.kind",
      "spec.metadata.name",
    ]);
  });
});

import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../controller/base/json.ts";
import { compileSchema } from "../../controller/schema/compiled-schema.ts";
import type { JsonSchemaProps } from "../../controller/schema/schema.ts";

const run = { group: "spore.dev", version: "v1alpha1", kind: "Run" };

function compile(spec: JsonSchemaProps) {
  return compileSchema({ type: "object", properties: { spec } }, run);
}

const port: JsonSchemaProps = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" }, protocol: { type: "string", default: "TCP" } },
};

describe("prune", () => {
  const schema = compile({
    type: "object",
    properties: {
      image: { type: "string" },
      ports: { type: "array", items: port },
      byName: { type: "object", additionalProperties: port },
      free: {
        type: "object",
        "x-kubernetes-preserve-unknown-fields": true,
        properties: { known: { type: "object", properties: { a: { type: "string" } } } },
      },
      inner: { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: { type: "object" } } },
    },
  });

  it("names unknown fields as strict decoding does", () => {
    const { object, unknown } = schema.prune({
      apiVersion: "spore.dev/v1alpha1",
      kind: "Run",
      metadata: { name: "r1", label: {} },
      spec: { imagee: "x", ports: [{ name: "a" }, { nam: "b" }], byName: { web: { name: "w", x: 1 } } },
    });
    expect(unknown).toEqual(["metadata.label", "spec.imagee", "spec.ports[1].nam", "spec.byName.web.x"]);
    expect(object).toEqual({
      apiVersion: "spore.dev/v1alpha1",
      kind: "Run",
      metadata: { name: "r1" },
      spec: { ports: [{ name: "a" }, {}], byName: { web: { name: "w" } } },
    });
  });

  it("keeps what preserve-unknown-fields keeps, and prunes the parts specified below it", () => {
    const { object, unknown } = schema.prune({ spec: { free: { other: { deep: [1] }, known: { a: "1", b: "2" } } } });
    expect(unknown).toEqual(["spec.free.known.b"]);
    expect(object).toEqual({ spec: { free: { other: { deep: [1] }, known: { a: "1" } } } });
  });

  it("keeps apiVersion, kind and metadata of embedded resources", () => {
    const inner = { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: {} };
    expect(schema.prune({ spec: { inner } })).toEqual({ object: { spec: { inner } }, unknown: [] });
  });

  it("returns the very object when there is nothing to drop", () => {
    const object = Object.freeze({ spec: Object.freeze({ image: "x" }) });
    expect(schema.prune(object).object).toBe(object);
  });

  it("takes names that JavaScript objects inherit for names", () => {
    const hostile: JsonObject = JSON.parse(
      '{"spec":{"__proto__":{"image":"x"},"constructor":1,"byName":{"__proto__":{"name":"n"}}}}',
    );
    const { object, unknown } = schema.prune(hostile);
    expect(unknown).toEqual(["spec.__proto__", "spec.constructor"]);
    expect(JSON.stringify(object)).toBe('{"spec":{"byName":{"__proto__":{"name":"n"}}}}');
  });
});

describe("applyDefaults", () => {
  const schema = compile({
    type: "object",
    properties: {
      mode: { type: "string", default: "fast" },
      limit: { type: "integer", nullable: true, default: 3 },
      note: { type: "string" },
      ports: { type: "array", items: port },
      tuning: { type: "object", default: {}, properties: { gain: { type: "integer", default: 7 } } },
      absent: { type: "object", properties: { gain: { type: "integer", default: 7 } } },
    },
  });

  it("fills from the top down, and only below parents that exist", () => {
    expect(schema.applyDefaults({ spec: { ports: [{ name: "a" }] } })).toEqual({
      spec: { mode: "fast", limit: 3, ports: [{ name: "a", protocol: "TCP" }], tuning: { gain: 7 } },
    });
    expect(schema.applyDefaults({})).toEqual({});
  });

  it("drops a null that may not be, replaces it where there is a default, and keeps it where it may be", () => {
    const spec = { mode: null, limit: null, note: null, tuning: {} };
    expect(schema.applyDefaults({ spec })).toEqual({ spec: { mode: "fast", limit: null, tuning: { gain: 7 } } });
  });

  it("settles nulls in metadata as Go's decoder does", () => {
    const metadata = { name: "r1", creationTimestamp: null, labels: { room: null } };
    expect(schema.applyDefaults({ metadata })).toEqual({ metadata: { name: "r1", labels: { room: "" } } });
  });
});

describe("validate", () => {
  const schema = compile({
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
        items: port,
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
    [{ labels: { a: "1", b: "2" } }, "FieldValueTooMany", "spec.labels", "Too many: 2: must have at most 1 items"],
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
});

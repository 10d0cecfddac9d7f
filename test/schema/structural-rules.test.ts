import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../controller/base/json.ts";
import { structuralCauses } from "../../controller/schema/structural-rules.ts";

/** Fields and reasons of what is wrong with a schema whose `spec` is the given one. */
function faults(spec: JsonValue): readonly string[] {
  return causes({ type: "object", properties: { spec } });
}

function causes(schema: JsonValue): readonly string[] {
  return structuralCauses(schema, "S").map(({ field, reason }) => `${field} ${reason}`);
}

const list = { type: "array", items: { type: "object", properties: { name: { type: "string" } } } };

describe("structuralCauses", () => {
  it.each<[string, JsonValue]>([
    ["a plain object", { type: "object", properties: { a: { type: "string", default: "x" } } }],
    ["int-or-string", { "x-kubernetes-int-or-string": true }],
    [
      "int-or-string as tools write it",
      { "x-kubernetes-int-or-string": true, anyOf: [{ type: "integer" }, { type: "string" }] },
    ],
    ["a free value", { "x-kubernetes-preserve-unknown-fields": true }],
    ["a map", { type: "object", additionalProperties: { type: "string" } }],
    ["a set", { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" }],
    [
      "a map list",
      {
        type: "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
        items: { type: "object", properties: { name: { type: "string", default: "a" } } },
      },
    ],
    [
      "value rules in a junctor",
      {
        type: "object",
        properties: { a: { type: "string" } },
        oneOf: [{ required: ["a"] }, { properties: { a: { minLength: 2 } } }],
      },
    ],
  ])("accepts %s", (_name, spec) => {
    expect(faults(spec)).toEqual([]);
  });

  it.each<[string, JsonValue, readonly string[]]>([
    ["no type", {}, ["S.properties[spec].type FieldValueRequired"]],
    ["an array without items", { type: "array" }, ["S.properties[spec].items FieldValueRequired"]],
    ["items without type", { type: "array", items: {} }, ["S.properties[spec].items.type FieldValueRequired"]],
    ["a reference", { $ref: "#/definitions/x" }, ["S.properties[spec].$ref FieldValueForbidden"]],
    [
      "an unknown keyword",
      { type: "string", "for people.": null },
      ["S.properties[spec].for people. FieldValueForbidden"],
    ],
    ["a keyword's wrong type", { type: "string", minLength: "1" }, ["S.properties[spec].minLength FieldValueInvalid"]],
    ["an unknown type", { type: "text" }, ["S.properties[spec].type FieldValueNotSupported"]],
    [
      "a pattern that is not RE2",
      { type: "string", pattern: "(?=a)" },
      ["S.properties[spec].pattern FieldValueInvalid"],
    ],
    ["uniqueItems", { ...list, uniqueItems: true }, ["S.properties[spec].uniqueItems FieldValueForbidden"]],
    [
      "a map with properties",
      { type: "object", properties: {}, additionalProperties: { type: "string" } },
      ["S.properties[spec].additionalProperties FieldValueForbidden"],
    ],
    [
      "a rule that is no condition",
      { type: "string", "x-kubernetes-validations": [{ rule: "self" }] },
      ["S.properties[spec].x-kubernetes-validations[0].rule FieldValueInvalid"],
    ],
    [
      "a bare embedded resource",
      { type: "object", "x-kubernetes-embedded-resource": true },
      ["S.properties[spec].properties FieldValueRequired"],
    ],
    [
      "a map list without keys",
      { ...list, "x-kubernetes-list-type": "map" },
      ["S.properties[spec].x-kubernetes-list-map-keys FieldValueRequired"],
    ],
    [
      "a map list with a key that may be absent",
      { ...list, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
      ["S.properties[spec].items.properties[name].default FieldValueRequired"],
    ],
    [
      "a map list with a key that is not there",
      { ...list, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["constructor"] },
      ["S.properties[spec].x-kubernetes-list-map-keys FieldValueInvalid"],
    ],
    [
      "a set of objects",
      { ...list, "x-kubernetes-list-type": "set" },
      ["S.properties[spec].items.x-kubernetes-map-type FieldValueInvalid"],
    ],
    [
      "a type in a junctor",
      { type: "object", anyOf: [{ type: "object" }] },
      ["S.properties[spec].anyOf[0].type FieldValueForbidden"],
    ],
    [
      "a default of the wrong type",
      { type: "string", default: 5 },
      ["S.properties[spec].default FieldValueTypeInvalid"],
    ],
    [
      "a default with an unknown field",
      { type: "object", properties: { a: { type: "string" } }, default: { b: 1 } },
      ["S.properties[spec].default FieldValueInvalid"],
    ],
    ["a number", 5, ["S.properties[spec] FieldValueInvalid"]],
  ])("refuses %s", (_name, spec, wanted) => {
    expect(faults(spec)).toEqual(wanted);
  });

  it("wants an object at the root", () => {
    expect(causes({ properties: {} })).toEqual(["S.type FieldValueRequired"]);
    expect(causes({ type: "array", items: { type: "string" } })).toEqual(["S.type FieldValueInvalid"]);
    expect(causes({ type: "object", additionalProperties: { type: "string" } })).toEqual([
      "S.additionalProperties FieldValueForbidden",
    ]);
  });

  it("lets metadata narrow names and nothing else", () => {
    const name = { type: "string", maxLength: 63 };
    const metadata = { type: "object", properties: { name } };
    expect(causes({ type: "object", properties: { metadata } })).toEqual([]);
    expect(
      causes({ type: "object", properties: { metadata: { ...metadata, properties: { labels: { type: "object" } } } } }),
    ).toEqual(["S.properties[metadata] FieldValueForbidden"]);
  });

  it("asks at the root, and only there, that what a junctor names is specified outside", () => {
    const inner = { properties: { a: { minLength: 1 } } };
    expect(faults({ type: "object", not: inner })).toEqual([]);
    expect(causes({ type: "object", properties: { b: { type: "string" } }, anyOf: [inner] })).toEqual([
      "S.properties[a] FieldValueRequired",
    ]);
    const spec = { type: "object", properties: { b: { type: "string" } } };
    expect(causes({ type: "object", properties: { spec }, allOf: [{ properties: { spec: inner } }] })).toEqual([
      "S.properties[spec].properties[a] FieldValueRequired",
    ]);
  });

  it("bounds the depth", () => {
    let spec: JsonValue = { type: "string" };
    for (let level = 0; level < 5000; level++) spec = { type: "object", properties: { a: spec } };
    expect(structuralCauses(spec, "S").map((cause) => cause.reason)).toEqual(["FieldValueForbidden"]);
  });
});

import { describe, expect, it } from "vitest";
import { asJsonObject } from "../../controller/base/as-json.ts";
import type { JsonObject, JsonValue } from "../../controller/base/json.ts";
import type { JsonSchemaProps } from "../../controller/schema/schema.ts";
import { structuralCauses } from "../../controller/schema/structural-rules.ts";
import { compileSpec } from "../support/run-schema.ts";

function object(count: number, property: (index: number) => JsonValue): JsonObject {
  return {
    type: "object",
    properties: Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, property(i)])),
  };
}

const text = { type: "string" };
const sayings = (schema: JsonObject) => structuralCauses(schema, "S").map(({ message }) => message);

describe("The size of a schema", () => {
  it.each<[string, JsonObject, RegExp]>([
    ["too many nodes", object(200, () => object(60, () => text)), /more than 10000 fields and items/],
    ["too many patterns", object(501, (i) => ({ ...text, pattern: `^a{${i}}$` })), /more than 500 different patterns/],
    ["too many properties in one object", object(601, () => text), /more than 600 properties on the way/],
    ["too many on the way down", object(301, () => object(300, () => text)), /more than (600|10000)/],
  ])("is bounded: %s", (_what, schema, why) => {
    expect(sayings(schema)).toContainEqual(expect.stringMatching(why));
  });

  it("is no matter where one pattern stands at many places", () => {
    expect(sayings(object(550, () => ({ ...text, pattern: "^[0-9]+$" })))).toEqual([]);
  });

  it("lets the widest schema that is accepted be compiled", () => {
    const rich: JsonSchemaProps = {
      type: "string",
      minLength: 1,
      maxLength: 9,
      pattern: "^a",
      enum: ["a"],
      format: "date",
    };
    const wide = Object.fromEntries(Array.from({ length: 598 }, (_, i) => [`p${i}`, rich]));
    const root = { type: "object", properties: { spec: { type: "object", properties: wide } } };
    expect(sayings(asJsonObject(root))).toEqual([]);
    expect(compileSpec({ type: "object", properties: wide }).validate({ spec: { p597: "b" } })).not.toEqual([]);
  });
});

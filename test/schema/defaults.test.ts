import { describe, expect, it } from "vitest";
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

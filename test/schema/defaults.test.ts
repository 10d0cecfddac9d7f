import { describe, expect, it } from "vitest";
import { compileSpec, portSchema } from "../support/run-schema.ts";

describe("applyDefaults", () => {
  const schema = compileSpec({
    type: "object",
    properties: {
      mode: { type: "string", default: "fast" },
      limit: { type: "integer", nullable: true, default: 3 },
      note: { type: "string" },
      ports: { type: "array", items: portSchema },
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

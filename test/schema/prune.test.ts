import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../controller/base/json.ts";
import { compileSpec, portSchema } from "../support/run-schema.ts";

describe("prune", () => {
  const schema = compileSpec({
    type: "object",
    properties: {
      image: { type: "string" },
      ports: { type: "array", items: portSchema },
      byName: { type: "object", additionalProperties: portSchema },
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

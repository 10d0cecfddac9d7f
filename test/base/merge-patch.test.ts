import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../controller/base/json.ts";
import { mergePatch } from "../../controller/base/merge-patch.ts";

/** RFC 7386, appendix A: original, patch, result. */
const appendixA: readonly (readonly [JsonValue, JsonValue, JsonValue])[] = [
  [{ a: "b" }, { a: "c" }, { a: "c" }],
  [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
  [{ a: "b" }, { a: null }, {}],
  [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
  [{ a: ["b"] }, { a: "c" }, { a: "c" }],
  [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
  [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
  [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
  [
    ["a", "b"],
    ["c", "d"],
    ["c", "d"],
  ],
  [{ a: "b" }, ["c"], ["c"]],
  [{ a: "foo" }, null, null],
  [{ a: "foo" }, "bar", "bar"],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [[1, 2], { a: "b", c: null }, { a: "b" }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
];

const objects = fc.dictionary(fc.string(), fc.jsonValue());

describe("mergePatch", () => {
  it.each(appendixA)("turns %j with %j into %j", (original, patch, result) => {
    expect(mergePatch(original, patch)).toEqual(result);
  });

  it("does the same a second time and changes neither argument", () => {
    fc.assert(
      fc.property(objects, objects, (original, patch) => {
        const before = JSON.stringify([original, patch]);
        const once = mergePatch(original as JsonValue, patch as JsonValue);
        expect(mergePatch(once, patch as JsonValue)).toEqual(once);
        expect(JSON.stringify([original, patch])).toBe(before);
      }),
    );
  });

  it("keeps __proto__ a plain key", () => {
    const patch: JsonValue = JSON.parse('{"__proto__": {"polluted": true}}');
    const merged = mergePatch({ a: 1 }, patch);
    expect(JSON.stringify(merged)).toBe('{"a":1,"__proto__":{"polluted":true}}');
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
  });

  it("shares what the patch does not touch", () => {
    const original = { spec: { a: 1 }, status: { b: 1 } };
    expect(mergePatch(original, { status: { b: 2 } })).toHaveProperty("spec", original.spec);
  });
});

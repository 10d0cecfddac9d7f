import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject, type JsonValue } from "../../controller/base/json.ts";
import { mergePatch } from "../../controller/base/merge-patch.ts";
import { isSameJson } from "../../controller/base/same-json.ts";
import { threeWayMerge } from "../../controller/manifests/three-way-merge.ts";

describe("threeWayMerge", () => {
  it("sets what is wanted, removes what was wanted before, leaves the rest", () => {
    const before = { a: 1, b: { c: 1, d: 1 } };
    const wanted = { b: { c: 2 } };
    const live = { a: 1, b: { c: 1, d: 1, server: true }, other: 1 };
    expect(threeWayMerge(before, wanted, live)).toEqual({ a: null, b: { d: null, c: 2 } });
  });

  it("replaces lists whole, and only when they differ", () => {
    expect(threeWayMerge({}, { a: [1, 2] }, { a: [1, 2] })).toEqual({});
    expect(threeWayMerge({}, { a: [1, 2] }, { a: [2] })).toEqual({ a: [1, 2] });
  });

  const value = fc.letrec<{ value: JsonValue }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<JsonValue>(1, 2, "x", true),
      fc.array(fc.constantFrom<JsonValue>(1, 2), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  const object = fc.dictionary(fc.constantFrom("a", "b", "c"), value, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>;

  it("gives a patch after which everything wanted is there, and a second one is empty", () => {
    fc.assert(
      fc.property(object, object, object, (before, wanted, live) => {
        const after = mergePatch(live, threeWayMerge(before, wanted, live)) as JsonObject;
        expect(contains(after, wanted)).toBe(true);
        expect(threeWayMerge(wanted, wanted, after)).toEqual({});
      }),
    );
  });

  it("touches nothing that neither side names", () => {
    fc.assert(
      fc.property(object, object, (wanted, live) => {
        const after = mergePatch({ ...live, foreign: live }, threeWayMerge({}, wanted, { ...live, foreign: live }));
        expect((after as JsonObject).foreign).toEqual(live);
      }),
    );
  });
});

function contains(whole: JsonValue | undefined, part: JsonValue): boolean {
  if (!isJsonObject(part)) return isSameJson(whole, part);
  return isJsonObject(whole) && Object.entries(part).every(([key, inner]) => contains(whole[key], inner));
}

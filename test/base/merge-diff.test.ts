import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject, type JsonValue } from "../../controller/base/json.ts";
import { mergeDiff } from "../../controller/base/merge-diff.ts";
import { mergePatch } from "../../controller/base/merge-patch.ts";

/** Objects without nulls as fields, which no merge patch could set. */
const object: fc.Arbitrary<JsonObject> = fc
  .dictionary(fc.constantFrom("a", "b", "c", "__proto__"), fc.jsonValue({ maxDepth: 3 }))
  .map((value) => withoutNulls(JSON.parse(JSON.stringify(value))));

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([key, inner]): [string, JsonValue] => [key, isJsonObject(inner) ? withoutNulls(inner) : inner]),
  );
}

describe("mergeDiff", () => {
  it("gives the patch that leads from one to the other", () => {
    fc.assert(
      fc.property(object, object, (from, to) => {
        expect(mergePatch(from, mergeDiff(from, to) ?? {})).toEqual(to);
      }),
    );
  });

  it("is undefined for equal objects only", () => {
    fc.assert(
      fc.property(object, (one) => {
        expect(mergeDiff(one, structuredClone(one))).toBeUndefined();
      }),
    );
    expect(mergeDiff({ a: 1 }, { a: 2 })).toEqual({ a: 2 });
    expect(mergeDiff({ a: {} }, {})).toEqual({ a: null });
  });

  it("says no more than what differs", () => {
    const from = { kept: { x: 1, y: 2 }, list: [1, 2], gone: true };
    const to = { kept: { x: 1, y: 3 }, list: [1, 2, 3] };
    expect(mergeDiff(from, to)).toEqual({ kept: { y: 3 }, list: [1, 2, 3], gone: null });
  });
});

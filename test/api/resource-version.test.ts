import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isLater } from "../../controller/api/resource-version.ts";

describe("isLater", () => {
  it("compares as numbers do, also beyond what a number holds", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.bigInt({ min: 0n, max: 2n ** 64n }), (a, b) => {
        expect(isLater(String(a), String(b))).toBe(a > b);
      }),
    );
    expect([isLater("10", "9"), isLater("9", "10"), isLater("7", "7")]).toEqual([true, false, false]);
  });

  it.each([
    [undefined, "1"],
    ["1", undefined],
    ["", "1"],
    ["abc", "1"],
    ["1", "01"],
    ["-1", "1"],
  ])("says nothing of %s and %s", (a, b) => {
    expect(isLater(a, b)).toBeUndefined();
  });
});

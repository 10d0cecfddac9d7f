import { describe, expect, it } from "vitest";
import { deepFreeze } from "../../controller/base/deep-freeze.ts";

describe("deepFreeze", () => {
  it("freezes everything inside, and gives back the same value", () => {
    const value = { list: [{ deep: { deeper: 1 } }], nothing: null, text: "x" };
    expect(deepFreeze(value)).toBe(value);
    expect(() => {
      const [first] = value.list;
      if (first) first.deep.deeper = 2;
    }).toThrow(TypeError);
    expect(() => value.list.push({ deep: { deeper: 3 } })).toThrow(TypeError);
    expect([deepFreeze(null), deepFreeze(1), deepFreeze(undefined)]).toEqual([null, 1, undefined]);
  });
});

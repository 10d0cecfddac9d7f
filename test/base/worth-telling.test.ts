import { describe, expect, it } from "vitest";
import { isWorthTelling } from "../../controller/base/worth-telling.ts";

describe("isWorthTelling", () => {
  it("tells each doubling", () => {
    const told = Array.from({ length: 100 }, (_, index) => index + 1).filter(isWorthTelling);
    expect(told).toEqual([1, 2, 4, 8, 16, 32, 64]);
  });
});

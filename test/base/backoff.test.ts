import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffDelayMs } from "../../controller/base/backoff.ts";

describe("backoffDelayMs", () => {
  it("doubles from base to max", () => {
    const delays = [1, 2, 3, 4, 5, 50, 5000].map((failures) =>
      backoffDelayMs({ baseMs: 200, maxMs: 1500 }, failures, () => 1),
    );
    expect(delays).toEqual([200, 400, 800, 1500, 1500, 1500, 1500]);
  });

  it("draws from the upper half", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (failures, draw) => {
        const delayMs = backoffDelayMs({ baseMs: 200, maxMs: 30_000 }, failures, () => draw);
        expect(delayMs).toBeGreaterThanOrEqual(100);
        expect(delayMs).toBeLessThanOrEqual(30_000);
      }),
    );
    expect(backoffDelayMs({ baseMs: 200, maxMs: 200 }, 3, () => 0)).toBe(100);
  });
});

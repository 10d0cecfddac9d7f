import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";

const dayMs = 86_400_000;

describe("systemClock.after", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("waits as long as it was asked to, also beyond the 24.8 days that a timer of Node holds", () => {
    let fired = 0;
    systemClock.after(60 * dayMs, () => fired++);
    vi.advanceTimersByTime(60 * dayMs - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    vi.advanceTimersByTime(60 * dayMs);
    expect(fired).toBe(1);
  });

  it("can be cancelled at any time of a long wait", () => {
    let fired = 0;
    const timer = systemClock.after(60 * dayMs, () => fired++);
    vi.advanceTimersByTime(40 * dayMs);
    timer.cancel();
    vi.advanceTimersByTime(40 * dayMs);
    expect([fired, vi.getTimerCount()]).toEqual([0, 0]);
  });

  it("fires at once when the time has passed already", () => {
    let fired = 0;
    systemClock.after(0, () => fired++);
    systemClock.after(-5, () => fired++);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(2);
  });
});

import { describe, expect, it } from "vitest";
import { DelayedQueue } from "../../controller/runtime/delayed-queue.ts";
import { ManualClock } from "../support/manual-clock.ts";

function queueWithLog() {
  const clock = new ManualClock();
  const log: string[] = [];
  const queue = new DelayedQueue<string>(clock, (key) => log.push(`${key}@${clock.monotonic()}`));
  return { clock, log, queue };
}

describe("DelayedQueue", () => {
  it("hands a key on when its delay is over", async () => {
    const { clock, log, queue } = queueWithLog();
    queue.add("a", 100);
    await clock.advance(99);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(["a@100"]);
    expect(queue.size).toBe(0);
  });

  it("keeps the earlier of two delays", async () => {
    const { clock, log, queue } = queueWithLog();
    queue.add("a", 100);
    queue.add("a", 50);
    queue.add("a", 70);
    expect(queue.dueInMs("a")).toBe(50);
    await clock.advance(1000);
    expect(log).toEqual(["a@50"]);
    expect(clock.timers).toBe(0);
  });

  it("takes a new delay after the old one fired", async () => {
    const { clock, log, queue } = queueWithLog();
    queue.add("a", 10);
    await clock.advance(10);
    queue.add("a", 10);
    await clock.advance(10);
    expect(log).toEqual(["a@10", "a@20"]);
  });

  it("forgets a cancelled key, and all keys when cleared", async () => {
    const { clock, log, queue } = queueWithLog();
    for (const key of ["a", "b", "c"]) queue.add(key, 10);
    queue.cancel("a");
    await clock.advance(5);
    expect([queue.size, queue.dueInMs("a"), queue.dueInMs("b")]).toEqual([2, undefined, 5]);
    queue.clear();
    await clock.advance(10);
    expect(log).toEqual([]);
    expect(clock.timers).toBe(0);
  });

  it("bounds delays, so that none overflows the machine's timer", async () => {
    const { clock, log, queue } = queueWithLog();
    queue.add("far", Number.MAX_SAFE_INTEGER);
    queue.add("past", -5);
    expect(queue.dueInMs("far")).toBe(24 * 3600 * 1000);
    await clock.advance(0);
    expect(log).toEqual(["past@0"]);
  });
});

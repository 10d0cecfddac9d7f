import { describe, expect, it } from "vitest";
import { sleep } from "../../controller/base/clock.ts";
import { ManualClock } from "./manual-clock.ts";

const never = new AbortController().signal;

describe("ManualClock", () => {
  it("stands still until it is moved", async () => {
    const clock = new ManualClock(1000);
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0]);
    await clock.settle();
    expect([clock.now(), clock.monotonic()]).toEqual([1000, 0]);
    await clock.advance(250);
    expect([clock.now(), clock.monotonic()]).toEqual([1250, 250]);
  });

  it("fires timers in order of due time, then of asking", async () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.after(30, () => seen.push("30"));
    clock.after(10, () => seen.push("10 first"));
    clock.after(10, () => seen.push("10 second"));
    await clock.advance(29);
    expect(seen).toEqual(["10 first", "10 second"]);
    await clock.advance(1);
    expect(seen).toEqual(["10 first", "10 second", "30"]);
  });

  it("shows each timer its own due time, and fires what a timer sets", async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    clock.after(10, () => {
      seen.push(clock.monotonic());
      clock.after(10, () => seen.push(clock.monotonic()));
    });
    await clock.advance(100);
    expect(seen).toEqual([10, 20]);
    expect(clock.monotonic()).toBe(100);
  });

  it("lets promises settle between timers", async () => {
    const clock = new ManualClock();
    const wakes: number[] = [];
    const loop = (async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 10, never);
        wakes.push(clock.monotonic());
      }
    })();
    await clock.advance(30);
    expect(wakes).toEqual([10, 20, 30]);
    await loop;
  });

  it("forgets a cancelled timer", async () => {
    const clock = new ManualClock();
    let fired = false;
    clock
      .after(10, () => {
        fired = true;
      })
      .cancel();
    expect([clock.timers, clock.nextTimerMs]).toEqual([0, undefined]);
    await clock.advance(20);
    expect(fired).toBe(false);
  });

  it("moves wall time alone", async () => {
    const clock = new ManualClock(1000);
    await clock.advance(5);
    clock.setWall(50);
    expect([clock.now(), clock.monotonic()]).toEqual([50, 5]);
    await clock.advance(5);
    expect([clock.now(), clock.monotonic()]).toEqual([55, 10]);
  });

  it("advances until a condition holds, and says when it never does", async () => {
    const clock = new ManualClock();
    let ready = false;
    clock.after(500, () => {
      ready = true;
    });
    await clock.advanceUntil(() => ready);
    expect(clock.monotonic()).toBe(500);
    await expect(clock.advanceUntil(() => false)).rejects.toThrow("not so within");
  });
});

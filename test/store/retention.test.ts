import { describe, expect, it } from "vitest";
import { Retention } from "../../controller/store/retention.ts";
import { ManualClock } from "../support/manual-clock.ts";

describe("Retention", () => {
  it("lets nothing go that is young, nor what belongs to the last revisions", async () => {
    const clock = new ManualClock();
    const retention = new Retention(clock, { ms: 3000, revisions: 10 }, 100);
    retention.note(200);
    expect(retention.highestFloor(200)).toBe(0);
    await clock.advance(3000);
    expect(retention.highestFloor(200)).toBe(100);
    expect(retention.highestFloor(105)).toBe(95);
  });

  it("moves on with the time, and never beyond what was the newest then", async () => {
    const clock = new ManualClock();
    const retention = new Retention(clock, { ms: 3000, revisions: 0 }, 0);
    const floors: number[] = [];
    for (let revision = 1; revision <= 100; revision++) {
      await clock.advance(100);
      retention.note(revision);
      floors.push(retention.highestFloor(revision));
    }
    expect(floors.slice(0, 29)).toEqual(Array(29).fill(0));
    for (const [i, floor] of floors.entries()) expect(floor).toBeLessThanOrEqual(Math.max(0, i + 1 - 30));
    expect(floors.at(-1)).toBe(70);
  });

  it("is not moved by the wall clock", async () => {
    const clock = new ManualClock();
    const retention = new Retention(clock, { ms: 3000, revisions: 0 }, 50);
    clock.setWall(clock.now() + 1e9);
    expect(retention.highestFloor(60)).toBe(0);
    await clock.advance(3000);
    clock.setWall(0);
    expect(retention.highestFloor(60)).toBe(50);
  });
});

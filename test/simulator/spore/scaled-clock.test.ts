import { expect, it } from "vitest";
import { scaledClock } from "../../../controller/simulator/spore/scaled-clock.ts";
import { ManualClock } from "../../support/manual-clock.ts";

it("scaledClock runs as many times as fast, in wall time, ages and timers", async () => {
  const manual = new ManualClock();
  await manual.advance(500);
  const clock = scaledClock(manual, 60);
  const start = { now: clock.now(), monotonic: clock.monotonic() };
  let firedAt = 0;
  clock.after(60_000, () => {
    firedAt = clock.monotonic();
  });
  await manual.advance(999);
  expect(firedAt).toBe(0);
  await manual.advance(1);
  expect(firedAt - start.monotonic).toBe(60_000);
  expect(clock.now() - start.now).toBe(60_000);
});

it.each([0, -1, Number.NaN])("scaledClock refuses a speed of %d", (speed) => {
  expect(() => scaledClock(new ManualClock(), speed)).toThrow(RangeError);
});

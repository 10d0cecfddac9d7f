import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TimerQueue } from "../../../controller/simulator/spore/timer-queue.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("TimerQueue", () => {
  it("fires exactly when and in the order that the clock beneath would", async () => {
    const step = fc.record({ delayMs: fc.integer({ min: 0, max: 50 }), cancelled: fc.boolean(), again: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const run = async (wrap: (clock: ManualClock) => Pick<ManualClock, "after" | "monotonic">) => {
          const manual = new ManualClock();
          const clock = wrap(manual);
          const fired: string[] = [];
          steps.forEach(({ delayMs, cancelled, again }, index) => {
            const timer = clock.after(delayMs, () => {
              fired.push(`${index} at ${clock.monotonic()}`);
              if (again) clock.after(delayMs, () => fired.push(`${index} again at ${clock.monotonic()}`));
            });
            if (cancelled) timer.cancel();
          });
          await manual.advance(200);
          return fired;
        };
        expect(await run((clock) => new TimerQueue(clock))).toEqual(await run((clock) => clock));
      }),
      { numRuns: 40 },
    );
  });

  it("holds one timer of the clock beneath, whatever is asked of it", () => {
    const manual = new ManualClock();
    const queue = new TimerQueue(manual);
    for (let delayMs = 1000; delayMs > 0; delayMs -= 10) queue.after(delayMs, () => {});
    expect(manual.timers).toBe(1);
    expect(manual.nextTimerMs).toBe(10);
  });

  it("fires nothing once it is closed", async () => {
    const manual = new ManualClock();
    const queue = new TimerQueue(manual);
    let fired = 0;
    queue.after(10, () => fired++);
    queue.close();
    queue.after(10, () => fired++);
    await manual.advance(100);
    expect(fired).toBe(0);
    expect(manual.timers).toBe(0);
  });

  it("lets the event loop turn between calls that ask for at once again and again", async () => {
    const manual = new ManualClock();
    const queue = new TimerQueue(manual);
    let calls = 0;
    const again = () => {
      if (++calls < 1000) queue.after(0, again);
    };
    queue.after(0, again);
    await manual.advance(1);
    expect(calls).toBe(1000);
  });
});

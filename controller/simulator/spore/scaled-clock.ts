import type { Clock } from "../../base/clock.ts";

/** A clock that runs `speed` times as fast as `clock`: a day of a fleet in minutes. @throws RangeError unless `speed` is above zero. */
export function scaledClock(clock: Clock, speed: number): Clock {
  if (!(speed > 0)) throw new RangeError(`a clock's speed is a number above 0, not ${speed}`);
  if (speed === 1) return clock;
  const startWallMs = clock.now();
  const startMs = clock.monotonic();
  return {
    now: () => startWallMs + (clock.now() - startWallMs) * speed,
    monotonic: () => startMs + (clock.monotonic() - startMs) * speed,
    after: (delayMs, fire) => clock.after(delayMs / speed, fire),
  };
}

import { type Clock, sleep } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Runnable } from "../runtime/manager.ts";

interface Periodic {
  readonly name: string;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** A failure is logged, and the next round comes all the same. */
  readonly round: (signal: AbortSignal) => Promise<void>;
}

/** Something to do from time to time that no change asks for. The first round comes one period after the start. */
export function periodic({ name, everyMs, clock, log, round }: Periodic): Runnable {
  return {
    name,
    run: async (signal) => {
      for (;;) {
        await sleep(clock, everyMs, signal).catch(() => {}); // an abort ends the loop below
        if (signal.aborted) return;
        try {
          await round(signal);
        } catch (error) {
          if (!signal.aborted)
            log.warn({ err: error, runnable: name }, "a periodic round failed, the next one will try again");
        }
      }
    },
  };
}

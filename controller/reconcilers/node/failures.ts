import { backoffDelayMs } from "../../base/backoff.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Failure, NodeMemory } from "./memory.ts";

/** Waiting after an action that failed; the device is looked at first in any case. */
export const actionBackoff = { baseMs: 10_000, maxMs: 5 * 60_000 };

/** Remembers why the last action failed, and that the next one waits the longer the more failed in a row. */
export function noteFailure(memory: NodeMemory, failure: Failure, clock: Clock, random: Random): void {
  memory.failures += 1;
  memory.lastFailure = failure;
  memory.retryAtMs = clock.monotonic() + backoffDelayMs(actionBackoff, memory.failures, random);
}

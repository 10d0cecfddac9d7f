import type { Random } from "./random.ts";

/** How waiting grows from failure to failure. */
export interface Backoff {
  /** After the first failure, at the most. */
  readonly baseMs: number;
  /** At the most, however many failures. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after `failures` failures in a row (from 1): doubles from `baseMs` up to `maxMs`, of which the upper half is drawn,
 * so that many who failed together do not come back together.
 */
export function backoffDelayMs(backoff: Backoff, failures: number, random: Random): number {
  // 2^40 × base is over any limit; without the cap the power would overflow to Infinity.
  const ceilingMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 40));
  return ceilingMs / 2 + (random() * ceilingMs) / 2;
}

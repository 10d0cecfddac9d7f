import { type Backoff, backoffDelayMs } from "../base/backoff.ts";
import type { Random } from "../base/random.ts";

/** Counts failures per key, and says how long to wait before the next try. Knows only keys that failed since they last succeeded. */
export class RetryDelays<K> {
  readonly #failures = new Map<K, number>();
  readonly #backoff: Backoff;
  readonly #random: Random;

  constructor(backoff: Backoff, random: Random) {
    this.#backoff = backoff;
    this.#random = random;
  }

  /** Records one more failure. Returns the milliseconds to wait. */
  failed(key: K): number {
    const failures = this.failures(key) + 1;
    this.#failures.set(key, failures);
    return backoffDelayMs(this.#backoff, failures, this.#random);
  }

  succeeded(key: K): void {
    this.#failures.delete(key);
  }

  /** Failures in a row. */
  failures(key: K): number {
    return this.#failures.get(key) ?? 0;
  }
}

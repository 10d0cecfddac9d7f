import type { Clock, Timer } from "../base/clock.ts";

/** Longer delays are shortened to this; Node's timers fire at once beyond 2^31 ms, and an early look does no harm. */
const delayMaxMs = 24 * 60 * 60 * 1000;

/** Hands keys on after a delay. A key waits at most once: of two delays the earlier counts. */
export class DelayedQueue<K> {
  readonly #timers = new Map<K, { readonly dueMs: number; readonly timer: Timer }>();
  readonly #clock: Clock;
  readonly #onDue: (key: K) => void;

  /** @param onDue gets each key when its time has come; usually the `add` of a work queue. */
  constructor(clock: Clock, onDue: (key: K) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#timers.size;
  }

  add(key: K, delayMs: number): void {
    const boundedMs = Math.min(Math.max(delayMs, 0), delayMaxMs);
    const dueMs = this.#clock.monotonic() + boundedMs;
    const old = this.#timers.get(key);
    if (old !== undefined && old.dueMs <= dueMs) return;
    old?.timer.cancel();
    const timer = this.#clock.after(boundedMs, () => {
      this.#timers.delete(key);
      this.#onDue(key);
    });
    this.#timers.set(key, { dueMs, timer });
  }

  /** Milliseconds until the key is due; undefined when it does not wait. */
  dueInMs(key: K): number | undefined {
    const entry = this.#timers.get(key);
    return entry && entry.dueMs - this.#clock.monotonic();
  }

  cancel(key: K): void {
    this.#timers.get(key)?.timer.cancel();
    this.#timers.delete(key);
  }

  /** Forgets all delays. */
  clear(): void {
    for (const { timer } of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}

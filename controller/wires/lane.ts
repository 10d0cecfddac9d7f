import type { Clock } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";

/** Reads come second: a write that waits is what a person waits for. */
export type LaneUse = "read" | "write";

interface Waiter {
  readonly begin: () => void;
}

const waitersMax = 16;
/** How long a use waits for its turn; an upload before it takes three minutes at most. */
const waitMaxMs: Readonly<Record<LaneUse, number>> = { read: 30_000, write: 240_000 };
const failuresToOpen = 3;
const openMinMs = 5_000;
const openMaxMs = 60_000;

/**
 * The one way to a device. One use at a time, so that no device ever has two connections of ours; writes before reads; a bounded number
 * waits. A device that did not answer three times is left alone for a while that grows, until it is heard of again (a circuit breaker).
 */
export class Lane {
  readonly #clock: Clock;
  readonly #waiting: Readonly<Record<LaneUse, Set<Waiter>>> = { read: new Set(), write: new Set() };
  #busy = false;
  #failures = 0;
  #openUntilMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nobody uses it or waits for it. */
  get idle(): boolean {
    return !this.#busy && this.#waiters === 0;
  }

  /**
   * Does `work` when it is its turn.
   *
   * @throws SporeError `SPORE_DEVICE_UNREACHABLE` while the device is left alone, `SPORE_UNAVAILABLE` when too many wait or the turn does
   * not come; the signal's reason when it aborts before the turn; what `work` throws.
   */
  async run<T>(use: LaneUse, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.#expectClosed();
    if (this.#busy) await this.#turn(use, signal);
    this.#busy = true;
    try {
      this.#expectClosed();
      return await work();
    } finally {
      this.#busy = false;
      this.#passOn();
    }
  }

  /** Notes whether the device answered, whatever it said. */
  answered(reached: boolean): void {
    this.#failures = reached ? 0 : this.#failures + 1;
    const doublings = this.#failures - failuresToOpen;
    this.#openUntilMs = doublings < 0 ? 0 : this.#clock.monotonic() + Math.min(openMinMs * 2 ** doublings, openMaxMs);
  }

  get #waiters(): number {
    return this.#waiting.read.size + this.#waiting.write.size;
  }

  #expectClosed(): void {
    const leftMs = this.#openUntilMs - this.#clock.monotonic();
    if (leftMs <= 0) return;
    const seconds = Math.ceil(leftMs / 1000);
    throw new SporeError(
      "SPORE_DEVICE_UNREACHABLE",
      `The device did not answer ${this.#failures} times; it is tried again in ${seconds} s, or when it is heard.`,
      { retryAfterSeconds: seconds },
    );
  }

  #turn(use: LaneUse, signal: AbortSignal): Promise<void> {
    if (this.#waiters >= waitersMax)
      return Promise.reject(new SporeError("SPORE_UNAVAILABLE", `${waitersMax} requests to this device wait already.`));
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting[use].delete(waiter);
        timer.cancel();
        signal.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = {
        begin: () => {
          leave();
          resolve();
        },
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      const timer = this.#clock.after(waitMaxMs[use], () => {
        leave();
        reject(new SporeError("SPORE_UNAVAILABLE", `The device was busy for ${waitMaxMs[use] / 1000} s.`));
      });
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting[use].add(waiter);
    });
  }

  #passOn(): void {
    const [next] = this.#waiting.write.size > 0 ? this.#waiting.write : this.#waiting.read;
    if (!next) return;
    // Taken here and not by the waiter, whose turn comes a moment later: nobody may slip in between.
    this.#busy = true;
    next.begin();
  }
}

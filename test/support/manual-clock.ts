import type { Clock, Timer } from "../../controller/base/clock.ts";

interface Pending {
  readonly dueMs: number;
  /** Breaks ties: what was asked for first fires first. */
  readonly order: number;
  readonly fire: () => void;
}

/**
 * Time that stands still until a test moves it. Timers fire in order of their due time, and everything that follows from one (promises,
 * immediates) happens before the next. Work that waits for sockets or
 * disks is not waited for.
 */
export class ManualClock implements Clock {
  readonly #timers = new Set<Pending>();
  readonly #startMs: number;
  #elapsedMs = 0;
  #wallOffsetMs = 0;
  #order = 0;

  /** @param startMs wall time at the beginning, milliseconds since 1970. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs + this.#wallOffsetMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, fire: () => void): Timer {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, delayMs), order: this.#order++, fire };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer is due; undefined when none is set. */
  get nextTimerMs(): number | undefined {
    const next = this.#next();
    return next && next.dueMs - this.#elapsedMs;
  }

  /** Moves wall time alone, as an administrator or NTP would. */
  setWall(nowMs: number): void {
    this.#wallOffsetMs = nowMs - this.#startMs - this.#elapsedMs;
  }

  /** Moves time by `durationMs`, and fires what becomes due on the way, also what those timers set. */
  async advance(durationMs: number): Promise<void> {
    const targetMs = this.#elapsedMs + durationMs;
    await this.settle();
    for (let timer = this.#next(); timer && timer.dueMs <= targetMs; timer = this.#next()) {
      this.#elapsedMs = timer.dueMs;
      this.#timers.delete(timer);
      timer.fire();
      await this.settle();
    }
    this.#elapsedMs = targetMs;
  }

  /** Fires timer after timer until `condition` holds; throws when it does not within `limitMs` of this clock. */
  async advanceUntil(condition: () => boolean, limitMs = 3_600_000): Promise<void> {
    const endMs = this.#elapsedMs + limitMs;
    await this.settle();
    while (!condition()) {
      const timer = this.#next();
      if (!timer || timer.dueMs > endMs) throw new Error(`not so within ${limitMs} ms of manual time: ${condition}`);
      await this.advance(timer.dueMs - this.#elapsedMs);
    }
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let round = 0; round < settleRounds; round++) await new Promise((resolve) => setImmediate(resolve));
  }

  #next(): Pending | undefined {
    let next: Pending | undefined;
    for (const timer of this.#timers) {
      if (!next || timer.dueMs < next.dueMs || (timer.dueMs === next.dueMs && timer.order < next.order)) next = timer;
    }
    return next;
  }
}

/** An immediate drains every microtask; a second and third cover code that itself waits for an immediate. */
const settleRounds = 3;

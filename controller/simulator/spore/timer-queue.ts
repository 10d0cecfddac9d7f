import type { Clock, Timer } from "../../base/clock.ts";

interface Entry {
  readonly dueMs: number;
  /** Breaks ties: what was asked for first fires first. */
  readonly order: number;
  fire: (() => void) | undefined;
}

/**
 * A clock that holds one timer of the clock beneath for any number of its own, in a binary heap, so that ten thousand nodes
 * cost one timer of the machine. Exact: nothing fires early, and nothing is rounded.
 */
export class TimerQueue implements Clock {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #order = 0;
  #armed: { readonly timer: Timer; readonly dueMs: number } | undefined;
  #closed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, fire: () => void): Timer {
    const entry: Entry = { dueMs: this.#clock.monotonic() + Math.max(0, delayMs), order: this.#order++, fire };
    if (this.#closed || entry.dueMs === Number.POSITIVE_INFINITY) return { cancel: () => {} };
    this.#push(entry);
    this.#arm();
    return {
      // What is cancelled stays in the heap until its time: removal from the middle is not worth its cost here.
      cancel: () => {
        entry.fire = undefined;
      },
    };
  }

  /** Forgets everything that has not fired. */
  close(): void {
    this.#closed = true;
    this.#armed?.timer.cancel();
    this.#heap.length = 0;
  }

  #arm(): void {
    const dueMs = this.#heap[0]?.dueMs;
    if (dueMs === undefined || (this.#armed && this.#armed.dueMs <= dueMs)) return;
    this.#armed?.timer.cancel();
    this.#armed = { dueMs, timer: this.#clock.after(dueMs - this.#clock.monotonic(), () => this.#run()) };
  }

  #run(): void {
    this.#armed = undefined;
    const nowMs = this.#clock.monotonic();
    // Only what was there before: a callback that asks for "at once" again and again must not hold the event loop.
    const before = this.#order;
    for (let top = this.#heap[0]; top && top.dueMs <= nowMs && top.order < before; top = this.#heap[0]) {
      this.#pop();
      top.fire?.();
    }
    if (!this.#closed) this.#arm();
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (let down = 1; down < heap.length; down = 2 * at + 1) {
      const left = heap[down];
      const right = heap[down + 1];
      if (left && right && isBefore(right, left)) down++;
      const child = heap[down];
      if (!child || !isBefore(child, last)) break;
      heap[at] = child;
      at = down;
    }
    heap[at] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}

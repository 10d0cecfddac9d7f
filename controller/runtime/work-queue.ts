import { Fifo } from "../base/fifo.ts";

/**
 * Hands each key to one worker at a time, first come first served, and never twice for one change. A key that is added while a worker has it
 * comes up once more when that worker is done, so no change is lost. Its size is bounded by the number of distinct keys.
 */
export class WorkQueue<K> {
  readonly #waiting = new Fifo<K>(); // in the order next() will hand out
  readonly #dirty = new Set<K>(); // changed since last handed out
  readonly #active = new Set<K>(); // handed out, not yet done()

  /** How many keys could be handed out now. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** How many keys workers have. */
  get active(): number {
    return this.#active.size;
  }

  /** Says that the key changed. */
  add(key: K): void {
    if (this.#dirty.has(key)) return;
    this.#dirty.add(key);
    if (!this.#active.has(key)) this.#waiting.push(key); // otherwise done() brings it back
  }

  /** The key to work on next, undefined when nothing waits. The caller must say `done` when it is through. */
  next(): K | undefined {
    const key = this.#waiting.shift();
    if (key === undefined) return undefined;
    this.#dirty.delete(key);
    this.#active.add(key);
    return key;
  }

  /** Gives the key back. */
  done(key: K): void {
    if (this.#active.delete(key) && this.#dirty.has(key)) this.#waiting.push(key);
  }
}

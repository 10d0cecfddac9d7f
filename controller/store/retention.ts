import type { Clock } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import { storeHistoryMinMs, storeHistoryMinRevisions } from "../base/limits.ts";

/** How much history a store keeps at the least: whichever of the two reaches further back. */
export interface HistoryMinimum {
  readonly ms: number;
  readonly revisions: number;
}

/** What `limits.ts` promises. */
export const promisedHistory: HistoryMinimum = { ms: storeHistoryMinMs, revisions: storeHistoryMinRevisions };

const marksPerPeriod = 30;

/**
 * Knows how far a store may forget. It remembers every now and then which revision was the newest; after a restart the age of older ones is
 * counted from the opening, so that nothing is forgotten too early whatever the wall clock did meanwhile.
 */
export class Retention {
  readonly #clock: Clock;
  readonly #minimum: HistoryMinimum;
  /** Which revision was the newest when, oldest first. The first one is old enough, or the oldest we know. */
  #marks: readonly { readonly revision: number; readonly monotonicMs: number }[];

  constructor(clock: Clock, minimum: HistoryMinimum, head: number) {
    this.#clock = clock;
    this.#minimum = minimum;
    this.#marks = [{ revision: head, monotonicMs: clock.monotonic() }];
  }

  /** To be called after each commit, with its revision. */
  note(revision: number): void {
    const now = this.#clock.monotonic();
    const newest = this.#marks.at(-1);
    if (newest !== undefined && now - newest.monotonicMs < this.#minimum.ms / marksPerPeriod) return;
    this.#marks = [...this.#marks, { revision, monotonicMs: now }];
  }

  /** The highest revision that a compaction may be asked for while `head` is the newest; 0 when nothing may go. */
  highestFloor(head: number): number {
    const expiry = this.#clock.monotonic() - this.#minimum.ms;
    const young = this.#marks.findIndex(({ monotonicMs }) => monotonicMs > expiry);
    const newestOld = young === -1 ? this.#marks.length - 1 : young - 1;
    if (newestOld > 0) this.#marks = this.#marks.slice(newestOld);
    const aged = newestOld < 0 ? 0 : (this.#marks[0]?.revision ?? 0);
    return Math.max(0, Math.min(aged, head - this.#minimum.revisions));
  }
}

/**
 * @param floor the oldest revision that can still be read; 0 in a store that never forgot anything.
 * @throws SporeError `SPORE_EXPIRED` below the floor; `SPORE_TIMEOUT` above `head`, as kube-apiserver answers to a revision that it has not
 * reached, so that clients with the memory of another store back off and list again.
 */
export function checkReadable(at: number, floor: number, head: number): void {
  if (at < floor) {
    throw new SporeError(
      "SPORE_EXPIRED",
      `Revision ${at} was compacted away; the oldest that can be read is ${floor}, the newest ${head}.`,
      { hint: "List again, and watch from the revision of that list." },
    );
  }
  if (at > head) {
    throw new SporeError("SPORE_TIMEOUT", `Too large resource version: ${at}, current: ${head}`, {
      retryAfterSeconds: 1,
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    });
  }
}

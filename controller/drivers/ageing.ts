import type { Clock, Timer } from "../base/clock.ts";
import { nodeDeadAfterMs, nodeForgottenAfterMs, nodeInactiveAfterMs } from "../base/limits.ts";
import type { Phase } from "./live-device.ts";

/** What grows older. The neighbours are the queue's own. */
export interface Ageing<T> {
  phase: Phase;
  heardAtMs: number;
  /** Was heard just before this one. */
  older: T | undefined;
  /** Was heard just after this one. */
  younger: T | undefined;
}

const phases = ["Active", "Inactive", "Dead"] as const;
/** Age at which each phase ends: at 10 s sharp, above 60 s, at 300 s sharp. */
const endsAfterMs: Readonly<Record<Phase, number>> = {
  Active: nodeInactiveAfterMs,
  Inactive: nodeDeadAfterMs + 1,
  Dead: nodeForgottenAfterMs,
};

/**
 * Moves entries from phase to phase as they fall silent. Each phase keeps its entries in the order in which they were last heard, so time
 * only ever looks at the first: being heard costs the same however many there are, and nothing is ever scanned. They are chained to one another
 * rather than kept in a Set, which grows a new table every so many moves.
 */
export class AgeQueue<T extends Ageing<T>> {
  readonly #clock: Clock;
  readonly #onPhase: (entry: T) => void;
  readonly #onForgotten: (entry: T) => void;
  readonly #queues: Readonly<Record<Phase, Chain<T>>> = {
    Active: new Chain(),
    Inactive: new Chain(),
    Dead: new Chain(),
  };
  #timer: Timer | undefined;

  constructor(clock: Clock, onPhase: (entry: T) => void, onForgotten: (entry: T) => void) {
    this.#clock = clock;
    this.#onPhase = onPhase;
    this.#onForgotten = onForgotten;
  }

  /** Notes that `entry` was heard just now. @returns whether it had fallen silent before. */
  heard(entry: T): boolean {
    const was = entry.phase;
    this.#queues[was].remove(entry);
    entry.phase = "Active";
    entry.heardAtMs = this.#clock.monotonic();
    this.#queues.Active.append(entry);
    if (this.#queues.Active.first === entry) this.#schedule(); // nobody else is active, so the timer may be far away
    return was !== "Active";
  }

  remove(entry: T): void {
    this.#queues[entry.phase].remove(entry);
  }

  /** The entry one can best do without: the first of the dead, else of the inactive. */
  mostSilent(): T | undefined {
    return this.#queues.Dead.first ?? this.#queues.Inactive.first;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #advance(): void {
    const now = this.#clock.monotonic();
    // From the oldest phase to the youngest, so that an entry takes one step here and is looked at again behind it.
    for (const phase of [...phases].reverse()) {
      const queue = this.#queues[phase];
      for (let entry = queue.first; entry && now - entry.heardAtMs >= endsAfterMs[phase]; entry = queue.first) {
        queue.remove(entry);
        this.#endPhase(entry);
      }
    }
    this.#schedule();
  }

  #endPhase(entry: T): void {
    const next = phases[phases.indexOf(entry.phase) + 1];
    if (next === undefined) this.#onForgotten(entry);
    else {
      entry.phase = next;
      this.#queues[next].append(entry);
      this.#onPhase(entry);
    }
  }

  #schedule(): void {
    this.stop();
    const dueMs = Math.min(...phases.map((phase) => this.#firstDueMs(phase)));
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(Math.max(0, dueMs - this.#clock.monotonic()), () => this.#advance());
  }

  #firstDueMs(phase: Phase): number {
    const { first } = this.#queues[phase];
    return first ? first.heardAtMs + endsAfterMs[phase] : Number.POSITIVE_INFINITY;
  }
}

/** Entries linked by their own fields: moving one touches its neighbours and nothing else, and makes no garbage. */
class Chain<T extends Ageing<T>> {
  first: T | undefined;
  #last: T | undefined;

  /** Puts an entry that is in no chain behind all others. */
  append(entry: T): void {
    entry.older = this.#last;
    if (this.#last) this.#last.younger = entry;
    else this.first = entry;
    this.#last = entry;
  }

  /** Does nothing to an entry that is in no chain. */
  remove(entry: T): void {
    const { older, younger } = entry;
    if (older) older.younger = younger;
    else if (this.first === entry) this.first = younger;
    if (younger) younger.older = older;
    else if (this.#last === entry) this.#last = older;
    entry.older = undefined;
    entry.younger = undefined;
  }
}

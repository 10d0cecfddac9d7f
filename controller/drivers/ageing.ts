import type { Clock, Timer } from "../base/clock.ts";
import { nodeDeadAfterMs, nodeForgottenAfterMs, nodeInactiveAfterMs } from "../base/limits.ts";
import type { Phase } from "./live-device.ts";

/** What grows older. */
export interface Ageing {
  phase: Phase;
  heardAtMs: number;
}

const phases = ["Active", "Inactive", "Dead"] as const;
/** Age at which each phase ends: at 10 s sharp, above 60 s, at 300 s sharp (spore.md §1.3). */
const endsAfterMs: Readonly<Record<Phase, number>> = {
  Active: nodeInactiveAfterMs,
  Inactive: nodeDeadAfterMs + 1,
  Dead: nodeForgottenAfterMs,
};

/**
 * Moves entries from phase to phase as they fall silent. Each phase keeps its entries in the order in which they were last heard, so time
 * only ever looks at the first: being heard costs the same however many there are, and nothing is ever scanned.
 */
export class AgeQueue<T extends Ageing> {
  readonly #clock: Clock;
  readonly #onPhase: (entry: T) => void;
  readonly #onForgotten: (entry: T) => void;
  readonly #queues: Readonly<Record<Phase, Set<T>>> = { Active: new Set(), Inactive: new Set(), Dead: new Set() };
  #timer: Timer | undefined;

  constructor(clock: Clock, onPhase: (entry: T) => void, onForgotten: (entry: T) => void) {
    this.#clock = clock;
    this.#onPhase = onPhase;
    this.#onForgotten = onForgotten;
  }

  /** Notes that `entry` was heard just now. @returns whether it had fallen silent before. */
  heard(entry: T): boolean {
    const was = entry.phase;
    this.#queues[was].delete(entry);
    entry.phase = "Active";
    entry.heardAtMs = this.#clock.monotonic();
    this.#queues.Active.add(entry);
    if (!this.#timer) this.#schedule();
    return was !== "Active";
  }

  remove(entry: T): void {
    this.#queues[entry.phase].delete(entry);
  }

  /** The entry one can best do without: the first of the dead, else of the inactive. */
  mostSilent(): T | undefined {
    const [first] = this.#queues.Dead.size > 0 ? this.#queues.Dead : this.#queues.Inactive;
    return first;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #advance(): void {
    this.#timer = undefined;
    const now = this.#clock.monotonic();
    // From the oldest phase to the youngest, so that an entry takes one step here and is looked at again behind it.
    for (const phase of [...phases].reverse()) {
      for (const entry of this.#queues[phase]) {
        if (now - entry.heardAtMs < endsAfterMs[phase]) break;
        this.#queues[phase].delete(entry);
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
      this.#queues[next].add(entry);
      this.#onPhase(entry);
    }
  }

  #schedule(): void {
    const dueMs = Math.min(...phases.map((phase) => this.#firstDueMs(phase)));
    if (dueMs === Number.POSITIVE_INFINITY) return;
    this.#timer = this.#clock.after(Math.max(0, dueMs - this.#clock.monotonic()), () => this.#advance());
  }

  #firstDueMs(phase: Phase): number {
    const [first] = this.#queues[phase];
    return first ? first.heardAtMs + endsAfterMs[phase] : Number.POSITIVE_INFINITY;
  }
}

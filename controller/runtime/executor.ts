import type { Key } from "../api/meta.ts";
import type { Source } from "./enqueue.ts";

/** What became of a long action. */
export type ActionEnd<R> =
  | { readonly kind: "ended"; readonly result: R }
  /** It threw, or was aborted before it began. */
  | { readonly kind: "failed"; readonly error: unknown };

/** Where a long action stands. */
export type ActionStatus<R> =
  /** In the queue for one of the parallel places. */
  | { readonly kind: "waiting" }
  | { readonly kind: "running" }
  /** Asked to stop, and not yet over. */
  | { readonly kind: "aborting" }
  | ActionEnd<R>;

export interface StartOptions {
  /** Lanes take turns, so that one with many actions does not hold up the others. Usually the group. */
  readonly lane: string;
  /** How long the action may take once it runs; then its signal aborts with `SPORE_TIMEOUT`. */
  readonly timeoutMs: number;
}

/**
 * Carries out actions that take longer than a reconcile run should, at most one per key and a limited number in all. A reconciler starts
 * one, returns, is woken when it ended, and collects what came out.
 */
export interface Executor<R> {
  /**
   * Begins `run` when its turn has come.
   *
   * @throws SporeError `SPORE_CONFLICT` when the key has an action that was not collected, `SPORE_TOO_MANY_REQUESTS` when too many wait.
   */
  start(key: Key, options: StartOptions, run: (signal: AbortSignal) => Promise<R>): void;
  /** Where the key's action stands; undefined when it has none. */
  status(key: Key): ActionStatus<R> | undefined;
  /** Asks the key's action to stop; one that still waits fails at once. Its end is collected as any other. */
  abort(key: Key, reason: unknown): void;
  /** What came out, once; undefined while there is no end. Makes room for the key's next action. */
  collect(key: Key): ActionEnd<R> | undefined;
  /** Wakes a controller for each key whose action ended. */
  readonly ended: Source;
}

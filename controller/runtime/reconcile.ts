import type { Key } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";

/** What a reconciler wants next. `why` is logged, and shown where somebody asks what an object waits for. */
export type Result =
  | { readonly kind: "done" }
  | { readonly kind: "requeueAfter"; readonly delayMs: number; readonly why: string };

/** Sleep until something changes. */
export const done: Result = { kind: "done" };

/** Look again after `delayMs`, or earlier when something changes. */
export function requeueAfter(delayMs: number, why: string): Result {
  return { kind: "requeueAfter", delayMs, why };
}

/**
 * Drives one object towards its spec. It gets a key and not the event that woke it, so a lost or doubled event is harmless. A throw means
 * "retry with back-off". It may be stopped between any two lines and run again from the start.
 */
export type Reconcile = (key: Key, context: ReconcileContext) => Promise<Result>;

export interface ReconcileContext {
  /** Aborts at shutdown, and when this run has taken too long. */
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly clock: Clock;
}

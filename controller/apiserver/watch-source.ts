import type { Writable } from "./answer.ts";

/** One event of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly item: Writable;
  readonly revision: number;
}

/** Where the events of a watch come from. */
export interface WatchSource {
  /** What there is, and at which revision. */
  now(): Promise<{ readonly items: readonly Writable[]; readonly revision: number }>;
  /** The newest revision. Events up to it have been handed to `changes` by the time this resolves. */
  revision(): Promise<number>;
  /**
   * Events after a revision, until `signal` aborts.
   *
   * @throws SporeError `SPORE_EXPIRED` when they are no longer known, or when the reader fell too far behind.
   */
  changes(after: number, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

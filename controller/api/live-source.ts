import type { LiveNode } from "./live-node.ts";

/** The table behind `livenodes`: what a process knows of devices this minute. Held in memory by whoever listens to the devices. */
export interface LiveSource {
  /** Everything in the table, by name. Each object's `metadata.resourceVersion` is the revision of its last change. */
  list(): readonly LiveNode[];
  get(name: string): LiveNode | undefined;
  /** Counts changes of the table, from 0 at the start of the process. */
  revision(): number;
  /**
   * Changes with a revision above `after`, in order of revision. Changes of one object that come faster than they are taken may be
   * merged into the newest; a deletion is never lost. Ends when `signal` aborts.
   *
   * @throws SporeError `SPORE_EXPIRED` when changes after `after` are no longer known; never when `after` is `revision()`.
   */
  watch(after: number, signal: AbortSignal): AsyncIterable<LiveEvent>;
}

/** One change of the table. After a deletion `object` is the last state, with the revision of the deletion. */
export interface LiveEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: LiveNode;
}

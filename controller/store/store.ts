/**
 * Where objects live: opaque bytes under keys, one revision counter for all of them, compare-and-swap, and watches
 * that miss nothing. Keys are `/registry/<group>/<plural>/<namespace>/<name>` (the core group is written `core`, cluster-scoped
 * objects leave the namespace out); the store does not care. Bytes that a store hands out stay its own: nobody writes into them.
 *
 * `test/contract/store.ts` is the suite that an implementation must pass.
 */
export interface Store {
  /** The revision of the last commit; 0 while nothing was ever written. Never goes back, also not over a restart. */
  revision(): Promise<number>;

  /**
   * @throws SporeError `SPORE_EXPIRED` when `at` was compacted away; `SPORE_TIMEOUT` with cause `ResourceVersionTooLarge` when it was not
   * reached yet.
   */
  get(key: string, at?: number): Promise<Entry | undefined>;

  /**
   * Entries whose key begins with `prefix`, in byte order of the key, as of one revision.
   *
   * @throws SporeError as `get` does.
   */
  range(prefix: string, options?: RangeOptions): Promise<Range>;

  /**
   * Carries out all `changes` or none, under one new revision, and resolves once they would survive a power cut. No reader sees them earlier.
   * A deletion of what is not there counts as a commit, and makes no event.
   *
   * @returns the new revision.
   * @throws SporeError `SPORE_CONFLICT` when an expectation does not hold (cause `RevisionMismatch`, its field the key): nothing was
   * written, no revision was used. `SPORE_BAD_REQUEST` and `SPORE_TOO_LARGE` as in `check-changes.ts`.
   */
  commit(changes: readonly Change[]): Promise<number>;

  /**
   * Every change to a key under `prefix` with a revision above `after`, exactly once, in order of revision; changes of one commit in
   * the order of its array. Ends when `signal` aborts, and when the store closes. A consumer that falls behind by more than
   * `storeWatchQueueMaxEvents` or `storeWatchQueueMaxBytes` is ended with `SPORE_EXPIRED` and may resume after the last revision it saw: a watch ends between two
   * commits, unless its own signal aborts.
   *
   * @throws SporeError `SPORE_EXPIRED` when changes after `after` were compacted away.
   */
  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<ChangeEvent>;

  /** Forgets what only revisions below `revision` need; never the current values. Keeps at least what `limits.ts` promises. */
  compact(revision: number): Promise<void>;
}

/** One value as it stood at some revision. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision of the commit that wrote this value. */
  readonly revision: number;
}

export interface RangeOptions {
  /** Read as of this revision. Default: the newest. */
  readonly at?: number;
  /** Begin behind this key. */
  readonly after?: string;
  /** At most this many entries. Default: all. */
  readonly limit?: number;
}

export interface Range {
  readonly entries: readonly Entry[];
  /** The revision that the answer shows. */
  readonly revision: number;
  /** How many entries under the prefix come after the last one given. */
  readonly remaining: number;
}

/** One key's part in a commit. */
export interface Change {
  readonly key: string;
  /** The new bytes, or undefined to delete. */
  readonly value: Uint8Array | undefined;
  /** The revision that the key's entry must have; 0: there must be none; undefined: any. */
  readonly expect?: number;
}

/** What became of one key in one commit. */
export interface ChangeEvent {
  readonly key: string;
  readonly revision: number;
  /** The new bytes; undefined after a deletion. */
  readonly value: Uint8Array | undefined;
  /** What stood there before; undefined when the key is new. A selector needs it to tell "left my view". */
  readonly previous: Entry | undefined;
}

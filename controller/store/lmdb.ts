import type { Clock, Timer } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { checkChanges } from "./check-changes.ts";
import { lockDirectory } from "./directory-lock.ts";
import { checkDiskSpace } from "./disk-space.ts";
import { GroupCommit, type Pending } from "./group-commit.ts";
import { fromLmdb, realError } from "./lmdb-errors.ts";
import { type LmdbFile, openLmdbFile } from "./lmdb-file.ts";
import { LmdbSnapshot } from "./lmdb-snapshot.ts";
import { encodeEntry } from "./record.ts";
import { type HistoryMinimum, promisedHistory, Retention } from "./retention.ts";
import { type EncodedChange, StagedGroup } from "./staged-group.ts";
import type { Change, ChangeEvent, Entry, Range, RangeOptions, Store } from "./store.ts";
import { WatchHub } from "./watch-hub.ts";

export interface LmdbStoreOptions {
  /** Is made where it is missing; its parent must exist or be makeable. */
  readonly directory: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Default: what `limits.ts` promises. */
  readonly keep?: HistoryMinimum;
  readonly meter?: FlushMeter;
  /** Told once, when a write has failed: this process can read on, and only a new one can write. */
  readonly onBroken?: (error: SporeError) => void;
}

/** Told of every group of writes that reached the disk. */
export interface FlushMeter {
  flushed(commits: number, tookMs: number): void;
}

/** How many changes a compaction removes from the log in one transaction, so that writers behind it wait no longer than for each other. */
const forgetMaxChanges = 4096;
/** Beside each change that is written so many old ones are removed: more than one, so that the log shrinks while it is written. */
const forgetPerChange = 2;

/**
 * A store in one file of `directory`, which it locks against other processes.
 *
 * @throws SporeError `SPORE_DATA_DIR_LOCKED`, `SPORE_DATA_DIR_UNUSABLE` or `SPORE_STORE_CORRUPT`.
 */
export async function openLmdbStore(options: LmdbStoreOptions): Promise<Store & AsyncDisposable> {
  const lock = await lockDirectory(options.directory, options.log);
  try {
    return new LmdbStore(options, lock, await openLmdbFile(options.directory));
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

/** Either a commit, or the wish to forget changes up to a revision. */
interface Job {
  readonly changes: readonly EncodedChange[];
  readonly forgetUpTo: number;
}

class LmdbStore implements Store, AsyncDisposable {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #keep: HistoryMinimum;
  readonly #meter: FlushMeter | undefined;
  readonly #onBroken: (error: SporeError) => void;
  readonly #lock: AsyncDisposable;
  readonly #file: LmdbFile;
  readonly #retention: Retention;
  readonly #groups: GroupCommit<Job>;
  readonly #hub: WatchHub;
  /** What readers see: the file after the last group that was flushed and acknowledged. */
  #snapshot: LmdbSnapshot;
  /** Reads of the past take several turns; the file stays open for them. */
  readonly #reads = new Set<Promise<unknown>>();
  #forgetting: Timer | undefined;
  /** Set by the first write that failed: LMDB's own memory is not to be trusted after that, so only a new process helps. */
  #broken: SporeError | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    { directory, clock, log, keep = promisedHistory, meter, onBroken = () => {} }: LmdbStoreOptions,
    lock: AsyncDisposable,
    file: LmdbFile,
  ) {
    this.#directory = directory;
    this.#clock = clock;
    this.#log = log;
    this.#keep = keep;
    this.#meter = meter;
    this.#onBroken = onBroken;
    this.#lock = lock;
    this.#file = file;
    this.#snapshot = new LmdbSnapshot(file);
    this.#retention = new Retention(clock, keep, this.#snapshot.head);
    this.#groups = new GroupCommit((group) => this.#writeGroup(group));
    this.#hub = new WatchHub({
      head: () => this.#snapshot.head,
      read: (prefix, after, through) => this.#snapshot.readLog(prefix, after, through),
    });
    this.#scheduleForgetting();
  }

  async revision(): Promise<number> {
    this.#checkOpen();
    return this.#snapshot.head;
  }

  async get(key: string, at?: number): Promise<Entry | undefined> {
    this.#checkOpen();
    return at === undefined ? this.#snapshot.get(key) : this.#holdOpen(this.#snapshot.getAt(key, at));
  }

  async range(prefix: string, options: RangeOptions = {}): Promise<Range> {
    this.#checkOpen();
    return this.#holdOpen(this.#snapshot.range(prefix, options));
  }

  async commit(changes: readonly Change[]): Promise<number> {
    this.#checkOpen();
    checkChanges(changes);
    const encoded = changes.map(({ value, ...change }) => ({ ...change, record: value && encodeEntry(value) }));
    const bytes = encoded.reduce((sum, { key, record }) => sum + key.length + (record?.length ?? 0), 0);
    return this.#groups.submit({ changes: encoded, forgetUpTo: 0 }, bytes);
  }

  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<ChangeEvent> {
    this.#checkOpen();
    return this.#hub.watch(prefix, after, signal);
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    const floor = Math.min(revision, this.#retention.highestFloor(this.#snapshot.head));
    await this.#forgetUpTo(floor);
    this.#checkOpen();
  }

  /** Writes and reads what was already accepted, then closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#forgetting?.cancel();
    await this.#groups.idle();
    this.#hub.close();
    await Promise.allSettled(this.#reads);
    if (this.#broken === undefined) {
      this.#snapshot.release();
      await this.#file.root.close();
    }
    await this.#lock[Symbol.asyncDispose]();
  }

  async #writeGroup(group: readonly Pending<Job>[]): Promise<void> {
    const staged = new StagedGroup(this.#snapshot);
    const accepted: { readonly pending: Pending<Job>; readonly revision: number }[] = [];
    try {
      if (this.#broken) throw this.#broken;
      for (const pending of group) {
        try {
          const { changes } = pending.job;
          accepted.push({ pending, revision: changes.length > 0 ? staged.add(changes) : staged.head });
        } catch (error) {
          pending.reject(error);
        }
      }
      this.#stageForgetting(staged, group);
      if (!staged.isEmpty) await this.#write(staged, group);
    } catch (error) {
      for (const pending of group) pending.reject(error);
      return;
    }
    this.#moveTo(staged);
    for (const { pending, revision } of accepted) pending.resolve(revision);
  }

  async #write(staged: StagedGroup, group: readonly Pending<Job>[]): Promise<void> {
    checkDiskSpace(
      this.#directory,
      group.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    const startMs = this.#clock.monotonic();
    try {
      await staged.write(this.#file);
      this.#meter?.flushed(group.length, this.#clock.monotonic() - startMs);
    } catch (error) {
      this.#broken = fromLmdb(this.#directory, await realError(error));
      this.#log.error(
        { err: this.#broken },
        "the store could not be written; it takes no more writes until the next start",
      );
      this.#onBroken(this.#broken);
      throw this.#broken;
    }
  }

  /** Readers and watches move on in one turn. */
  #moveTo(staged: StagedGroup): void {
    if (staged.isEmpty) return;
    this.#snapshot.release();
    this.#snapshot = new LmdbSnapshot(this.#file);
    this.#retention.note(this.#snapshot.head);
    for (const events of staged.events()) this.#hub.publish(events);
    this.#scheduleForgetting();
  }

  #stageForgetting(staged: StagedGroup, group: readonly Pending<Job>[]): void {
    const asked = Math.max(...group.map(({ job }) => job.forgetUpTo));
    if (asked > 0) staged.forget(asked, forgetMaxChanges);
    else staged.forget(this.#retention.highestFloor(staged.head), forgetPerChange * staged.changes);
  }

  /** Commits carry most of the forgetting; this is for the time after the last one. */
  #scheduleForgetting(): void {
    if (this.#forgetting || this.#snapshot.head - this.#snapshot.floor <= this.#keep.revisions) return;
    this.#forgetting = this.#clock.after(this.#keep.ms, () => {
      this.#forgetting = undefined;
      this.#retention.note(this.#snapshot.head);
      this.#forgetNow().catch((error) =>
        this.#log.warn({ err: error }, "old changes could not be removed from the store"),
      );
    });
  }

  async #forgetNow(): Promise<void> {
    await this.#forgetUpTo(this.#retention.highestFloor(this.#snapshot.head));
    if (this.#closing === undefined) this.#scheduleForgetting();
  }

  async #forgetUpTo(floor: number): Promise<void> {
    while (this.#closing === undefined && this.#snapshot.floor < floor) {
      await this.#groups.submit({ changes: [], forgetUpTo: floor }, 0);
    }
  }

  async #holdOpen<Result>(read: Promise<Result>): Promise<Result> {
    this.#reads.add(read);
    try {
      return await read;
    } finally {
      this.#reads.delete(read);
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new SporeError("SPORE_UNAVAILABLE", "The store is closed.");
  }
}

import type { Transaction } from "lmdb";
import { compareKeys, storeKeyMaxBytes } from "./key.ts";
import { type LmdbFile, readState } from "./lmdb-file.ts";
import { decodeChange, decodeEntry, logKey, revisionOfLogKey } from "./record.ts";
import { checkReadable } from "./retention.ts";
import type { ChangeEvent, Entry, Range, RangeOptions } from "./store.ts";
import type { CommitEvents, LogPart } from "./watch-hub.ts";

/** How much of the log is read in one turn of the event loop. */
const logTurnMaxRecords = 1024;
const logTurnMaxBytes = 4 * 1024 * 1024;

/** The file as it stood after one commit. It stays readable, and keeps its pages from being reused, until the last user lets go. */
export class LmdbSnapshot {
  readonly head: number;
  readonly floor: number;
  readonly #file: LmdbFile;
  readonly #transaction: Transaction;
  #users = 1;

  constructor(file: LmdbFile) {
    this.#file = file;
    this.#transaction = file.root.useReadTransaction();
    const { head, floor } = readState(file);
    this.head = head;
    this.floor = floor;
  }

  /** Lets go of it; whoever made it counts as its first user. */
  release(): void {
    if (--this.#users === 0) this.#transaction.done();
  }

  /** Holds it while `read` runs. */
  async #reading<Result>(read: () => Promise<Result>): Promise<Result> {
    this.#users++;
    try {
      return await read();
    } finally {
      this.release();
    }
  }

  /** The newest entry. */
  get(key: string): Entry | undefined {
    const bytes = Buffer.from(key);
    if (bytes.length > storeKeyMaxBytes) return undefined; // LMDB would throw
    const record = this.#file.objects.get(bytes, { transaction: this.#transaction });
    return record && decodeEntry(key, record);
  }

  getAt(key: string, at: number): Promise<Entry | undefined> {
    return this.#reading(async () => {
      const undo = await this.#undoTo(at, key);
      return undo.has(key) ? undo.get(key) : this.get(key);
    });
  }

  range(prefix: string, { at = this.head, after, limit = Infinity }: RangeOptions): Promise<Range> {
    return this.#reading(async () => {
      const undo = await this.#undoTo(at, prefix);
      return { ...this.#merge(prefix, after, limit, undo), revision: at };
    });
  }

  /** Entries as they are now, except for the keys in `undo`. */
  #merge(
    prefix: string,
    after: string | undefined,
    limit: number,
    undo: ReadonlyMap<string, Entry | undefined>,
  ): Pick<Range, "entries" | "remaining"> {
    const changed = [...undo.keys()]
      .filter((key) => after === undefined || compareKeys(key, after) > 0)
      .sort(compareKeys);
    const entries: Entry[] = [];
    let next = 0;
    const takeChangedBelow = (bound: string | undefined) => {
      for (let key = changed[next]; key !== undefined && entries.length < limit; key = changed[next]) {
        if (bound !== undefined && compareKeys(key, bound) > 0) return;
        const entry = undo.get(key);
        if (entry !== undefined) entries.push(entry);
        next++;
      }
    };
    for (const entry of this.#entries(prefix, after)) {
      takeChangedBelow(entry.key);
      if (entries.length >= limit) break;
      if (!undo.has(entry.key)) entries.push(entry);
    }
    takeChangedBelow(undefined);
    const last = entries.at(-1)?.key ?? after;
    const remaining = entries.length < limit ? 0 : this.#count(prefix, last, changed.slice(next), undo);
    return { entries, remaining };
  }

  /** What the log holds after `after`, up to `through`, under `prefix`: as much as fits into one turn, in whole commits. */
  readLog(prefix: string, after: number, through: number): LogPart {
    checkReadable(after, this.floor, this.head);
    const commits: CommitEvents[] = [];
    let commit: ChangeEvent[] = [];
    let revision = after;
    let records = 0;
    let bytes = 0;
    for (const { key, value } of this.#log(after, through)) {
      const next = revisionOfLogKey(key);
      if (next !== revision) {
        if (records >= logTurnMaxRecords || bytes >= logTurnMaxBytes)
          return { commits: withCommit(commits, commit), reached: revision };
        if (commit.length > 0) commits.push(commit);
        commit = [];
        revision = next;
      }
      records++;
      bytes += value.length;
      const event = decodeChange(revision, value, prefix);
      if (event !== undefined) commit.push(event);
    }
    return { commits: withCommit(commits, commit), reached: through };
  }

  /** Up to `limit` keys of the log that belong to revisions up to `floor`, oldest first. */
  logKeysUpTo(floor: number, limit: number): readonly Buffer[] {
    const transaction = this.#transaction;
    return [...this.#file.log.getKeys({ start: logKey(0, 0), end: logKey(floor + 1, 0), limit, transaction })];
  }

  /** What stood at revision `at` under each key below `prefix` that has changed since. Other work gets its turns meanwhile. */
  async #undoTo(at: number, prefix: string): Promise<ReadonlyMap<string, Entry | undefined>> {
    checkReadable(at, this.floor, this.head);
    const undo = new Map<string, Entry | undefined>();
    for (let read = at; read < this.head; ) {
      const { commits, reached } = this.readLog(prefix, read, this.head);
      for (const { key, previous } of commits.flat()) if (!undo.has(key)) undo.set(key, previous);
      read = reached;
      if (read < this.head) await new Promise((resolve) => setImmediate(resolve));
    }
    return undo;
  }

  #log(after: number, through: number): Iterable<{ key: Buffer; value: Buffer }> {
    const transaction = this.#transaction;
    return this.#file.log.getRange({ start: logKey(after + 1, 0), end: logKey(through + 1, 0), transaction });
  }

  *#entries(prefix: string, after: string | undefined): Iterable<Entry> {
    for (const { key, value } of this.#file.objects.getRange(this.#bounds(prefix, after))) {
      yield decodeEntry(key.toString(), value);
    }
  }

  /** How many keys there were behind `last` under `prefix`, where `changed` are those that `undo` speaks about. */
  #count(
    prefix: string,
    last: string | undefined,
    changed: readonly string[],
    undo: ReadonlyMap<string, Entry | undefined>,
  ): number {
    let count = this.#file.objects.getKeysCount(this.#bounds(prefix, last));
    for (const key of changed) {
      if (this.get(key) !== undefined) count--;
      if (undo.get(key) !== undefined) count++;
    }
    return count;
  }

  #bounds(prefix: string, after: string | undefined) {
    const isBehind = after !== undefined && compareKeys(after, prefix) >= 0;
    // What is longer than any key has the same keys behind it as its beginning; LMDB would throw.
    const start = isBehind ? Buffer.from(after).subarray(0, storeKeyMaxBytes) : Buffer.from(prefix);
    const end = Buffer.from(prefix);
    // A byte of UTF-8 is below 0xff, so the next higher prefix differs in the last byte only.
    const last = end.at(-1);
    if (last !== undefined) end[end.length - 1] = last + 1;
    return {
      ...(start.length > 0 ? { start, exclusiveStart: isBehind } : {}),
      ...(end.length > 0 ? { end } : {}),
      transaction: this.#transaction,
    };
  }
}

function withCommit(commits: readonly CommitEvents[], last: CommitEvents): readonly CommitEvents[] {
  return last.length > 0 ? [...commits, last] : commits;
}

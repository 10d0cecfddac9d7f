import type { Clock } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import { checkChanges, checkExpectation } from "./check-changes.ts";
import { compareKeys } from "./key.ts";
import { checkReadable, type HistoryMinimum, promisedHistory, Retention } from "./retention.ts";
import type { Change, ChangeEvent, Entry, Range, RangeOptions, Store } from "./store.ts";
import { type CommitEvents, type LogPart, under, WatchHub } from "./watch-hub.ts";

export interface MemoryStoreOptions {
  readonly clock: Clock;
  /** Default: what `limits.ts` promises. */
  readonly keep?: HistoryMinimum;
}

/** Commits that a watch reads from the log at a time, between two looks at its signal. */
const logReadMaxCommits = 256;

/** A store that lives as long as the process: for tests. */
export function openMemoryStore({ clock, keep = promisedHistory }: MemoryStoreOptions): Store & AsyncDisposable {
  return new MemoryStore(clock, keep);
}

class MemoryStore implements Store, AsyncDisposable {
  readonly #entries = new Map<string, Entry>();
  /** The keys of `#entries`, in byte order. */
  readonly #keys: string[] = [];
  /** `#log[i]` is what revision `#floor + 1 + i` changed; empty for a commit that only deleted what was not there. */
  #log: CommitEvents[] = [];
  #floor = 0;
  #closed = false;
  readonly #retention: Retention;
  readonly #hub: WatchHub;

  constructor(clock: Clock, keep: HistoryMinimum) {
    this.#retention = new Retention(clock, keep, 0);
    this.#hub = new WatchHub({
      head: () => this.#head,
      read: (prefix, after, through) => this.#readLog(prefix, after, through),
    });
  }

  get #head(): number {
    return this.#floor + this.#log.length;
  }

  async revision(): Promise<number> {
    this.#checkOpen();
    return this.#head;
  }

  async get(key: string, at = this.#head): Promise<Entry | undefined> {
    this.#checkOpen();
    checkReadable(at, this.#floor, this.#head);
    const undo = this.#undoTo(at, key);
    return undo.has(key) ? undo.get(key) : this.#entries.get(key);
  }

  async range(prefix: string, { at = this.#head, after, limit = Infinity }: RangeOptions = {}): Promise<Range> {
    this.#checkOpen();
    checkReadable(at, this.#floor, this.#head);
    const undo = this.#undoTo(at, prefix);
    const entries = this.#keysUnder(prefix).flatMap((key) => (undo.has(key) ? [] : (this.#entries.get(key) ?? [])));
    entries.push(...[...undo.values()].flatMap((entry) => entry ?? []));
    if (undo.size > 0) entries.sort((a, b) => compareKeys(a.key, b.key));
    const rest = after === undefined ? entries : entries.filter(({ key }) => compareKeys(key, after) > 0);
    const given = rest.slice(0, limit);
    return { entries: given, revision: at, remaining: rest.length - given.length };
  }

  async commit(changes: readonly Change[]): Promise<number> {
    this.#checkOpen();
    checkChanges(changes);
    for (const change of changes) checkExpectation(change, this.#entries.get(change.key)?.revision ?? 0);
    const revision = this.#head + 1;
    const events = changes.flatMap((change) => this.#apply(change, revision));
    this.#log.push(events);
    this.#retention.note(revision);
    this.#forget(this.#retention.highestFloor(revision));
    this.#hub.publish(events);
    return revision;
  }

  watch(prefix: string, after: number, signal: AbortSignal): AsyncIterable<ChangeEvent> {
    this.#checkOpen();
    return this.#hub.watch(prefix, after, signal);
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    this.#forget(Math.min(revision, this.#retention.highestFloor(this.#head)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#hub.close();
  }

  #apply({ key, value }: Change, revision: number): readonly ChangeEvent[] {
    const previous = this.#entries.get(key);
    if (value === undefined) {
      if (previous === undefined) return [];
      this.#entries.delete(key);
      this.#keys.splice(this.#position(key), 1);
      return [{ key, revision, value, previous }];
    }
    const entry: Entry = { key, value: value.slice(), revision };
    if (previous === undefined) this.#keys.splice(this.#position(key), 0, key);
    this.#entries.set(key, entry);
    return [{ key, revision, value: entry.value, previous }];
  }

  #forget(floor: number): void {
    if (floor <= this.#floor) return;
    this.#log.splice(0, floor - this.#floor);
    this.#floor = floor;
  }

  #readLog(prefix: string, after: number, through: number): LogPart {
    checkReadable(after, this.#floor, this.#head);
    const reached = Math.min(through, after + logReadMaxCommits);
    const commits = this.#log
      .slice(after - this.#floor, reached - this.#floor)
      .map((commit) => under(prefix, commit))
      .filter((commit) => commit.length > 0);
    return { commits, reached };
  }

  /** What stood at revision `at` under each key below `prefix` that has changed since. */
  #undoTo(at: number, prefix: string): Map<string, Entry | undefined> {
    const undo = new Map<string, Entry | undefined>();
    for (let i = at - this.#floor; i < this.#log.length; i++) {
      for (const { key, previous } of this.#log[i] ?? []) {
        if (key.startsWith(prefix) && !undo.has(key)) undo.set(key, previous);
      }
    }
    return undo;
  }

  #keysUnder(prefix: string): readonly string[] {
    const from = this.#position(prefix);
    let to = from;
    while (this.#keys[to]?.startsWith(prefix)) to++;
    return this.#keys.slice(from, to);
  }

  /** Where `key` stands among the sorted keys, or would. */
  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(this.#keys[middle] ?? "", key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #checkOpen(): void {
    if (this.#closed) throw new SporeError("SPORE_UNAVAILABLE", "The store is closed.");
  }
}

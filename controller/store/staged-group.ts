import { checkExpectation } from "./check-changes.ts";
import { type LmdbFile, stateKey } from "./lmdb-file.ts";
import type { LmdbSnapshot } from "./lmdb-snapshot.ts";
import { encodeChange, encodeState, logKey, revisionOfLogKey, stampRevision, valueIn } from "./record.ts";
import type { Change, ChangeEvent, Entry } from "./store.ts";
import type { CommitEvents } from "./watch-hub.ts";

/** A change whose value is already in the bytes of its entry. */
export interface EncodedChange extends Pick<Change, "key" | "expect"> {
  readonly record: Buffer | undefined;
}

interface Effect {
  readonly event: ChangeEvent;
  readonly record: Buffer | undefined;
}

/** Some commits, one after the other, that will go to the file in one transaction of LMDB. */
export class StagedGroup {
  readonly #snapshot: LmdbSnapshot;
  /** What a key will hold after the commits so far. */
  readonly #entries = new Map<string, Entry | undefined>();
  readonly #commits: (readonly Effect[])[] = [];
  #forget: readonly Buffer[] = [];
  #floor: number;

  constructor(snapshot: LmdbSnapshot) {
    this.#snapshot = snapshot;
    this.#floor = snapshot.floor;
  }

  get head(): number {
    return this.#snapshot.head + this.#commits.length;
  }

  get isEmpty(): boolean {
    return this.#commits.length === 0 && this.#floor === this.#snapshot.floor;
  }

  get changes(): number {
    return this.#commits.reduce((sum, effects) => sum + effects.length, 0);
  }

  /** One for each commit, in order. */
  events(): readonly CommitEvents[] {
    return this.#commits.map((effects) => effects.map(({ event }) => event));
  }

  /**
   * Adds one commit.
   *
   * @returns its revision.
   * @throws SporeError `SPORE_CONFLICT`; then nothing of it was added.
   */
  add(changes: readonly EncodedChange[]): number {
    const revision = this.head + 1;
    const previous = changes.map(({ key }) =>
      this.#entries.has(key) ? this.#entries.get(key) : this.#snapshot.get(key),
    );
    changes.forEach((change, i) => {
      checkExpectation(change, previous[i]?.revision ?? 0);
    });
    this.#commits.push(
      changes.flatMap(({ key, record }, i) => {
        const before = previous[i];
        if (record === undefined && before === undefined) return [];
        if (record !== undefined) stampRevision(record, key, revision);
        const value = record && valueIn(record);
        this.#entries.set(key, value && { key, value, revision });
        return [{ event: { key, revision, value, previous: before }, record }];
      }),
    );
    return revision;
  }

  /** Removes up to `limit` changes of revisions up to `floor` from the log as well. */
  forget(floor: number, limit: number): void {
    if (floor <= this.#floor) return;
    this.#forget = this.#snapshot.logKeysUpTo(floor, limit);
    const last = this.#forget.at(-1);
    this.#floor = last !== undefined && this.#forget.length === limit ? revisionOfLogKey(last) : floor;
  }

  /** Resolves when all of it is on disk. Throws what LMDB throws; then nothing of it is in the file. */
  async write({ root, objects, log }: LmdbFile): Promise<void> {
    // lmdb-js carries out what a batch holds in one transaction, on a thread of its own; the promises inside settle with the batch's.
    await root.batch(() => {
      for (const effects of this.#commits) {
        effects.forEach(({ event, record }, index) => {
          const key = Buffer.from(event.key);
          void (record === undefined ? objects.remove(key) : objects.put(key, record));
          void log.put(logKey(event.revision, index), encodeChange(event));
        });
      }
      for (const key of this.#forget) void log.remove(key);
      void root.put(stateKey, encodeState({ head: this.head, floor: this.#floor }));
    });
  }
}

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Database, open, type RootDatabase } from "lmdb";
import type { Clock } from "../base/clock.ts";
import { openLmdbStore } from "../store/lmdb.ts";
import { stateKey } from "../store/lmdb-file.ts";
import { readLmdbHeader } from "../store/lmdb-header.ts";
import { encodeChange, encodeEntry, encodeState, logKey, stampRevision } from "../store/record.ts";
import { type BenchContext, type BenchResult, type BenchRow, median } from "./row.ts";

/** About what a Node with its status takes. */
const valueBytes = 1200;
/** Each writer goes round so many keys of its own, so that most writes replace a value. */
const keysPerWriter = 40;
/** Short and many, since a disk that others use as well is slow for seconds at a time. */
const runMs = 800;
const rounds = 5;
/** LMDB flushes the pages (fdatasync), then the header (a write to a descriptor opened with O_DSYNC); the power-loss test sees both. */
const flushesPerTransaction = 2;

interface Contestant {
  /** Resolves when the value is on disk. */
  write(key: string, value: Uint8Array): Promise<unknown>;
  close(): Promise<void>;
}

interface Figures {
  readonly writesPerSecond: number;
  readonly writesPerFlush: number;
}

/**
 * Acknowledged writes per second at 1, 16 and 256 writers, each waiting for its own. The reference is lmdb-js alone, as it batches by
 * itself and with the commits that we use (they are faster here than its default ones), that puts the same records under the same keys (the entry, its change in the log, the state), each writer's in one batch, and compares nothing.
 */
export const storeWrites: BenchRow = {
  name: "store-writes",
  async run(context) {
    const results: BenchResult[] = [];
    for (const writers of [1, 16, 256]) results.push(...(await compare(writers, context)));
    return results;
  },
};

async function compare(writers: number, context: BenchContext): Promise<readonly BenchResult[]> {
  const ours: Figures[] = [];
  const reference: Figures[] = [];
  const turns = [
    { name: "ours", open: openOurs, figures: ours },
    { name: "bare", open: openBare, figures: reference },
  ];
  for (let round = 0; round < rounds; round++) {
    for (const { name, open, figures } of turns) {
      const directory = join(context.tmpDir, `${name}-${writers}-${round}`);
      await mkdir(directory, { recursive: true });
      figures.push(await measure(await open(directory, context), directory, writers, context));
    }
    turns.reverse();
  }
  const rate = (figures: readonly Figures[]) => Math.round(median(figures.map((each) => each.writesPerSecond)));
  const ratio = rate(ours) / rate(reference);
  const results: BenchResult[] = [
    {
      row: `store-writes, ${writers} writers`,
      ours: rate(ours),
      reference: rate(reference),
      unit: "writes/s",
      ratio,
      target: "≥ 0.7 ×",
      met: ratio >= 0.7,
    },
  ];
  const sharing = median(ours.map((each) => each.writesPerFlush));
  const bareSharing = median(reference.map((each) => each.writesPerFlush));
  results.push({
    row: `store-writes, ${writers} writers, group`,
    ours: Number(sharing.toFixed(1)),
    reference: Number(bareSharing.toFixed(1)),
    unit: "writes/flush",
    ratio: sharing / bareSharing,
    target: writers === 256 ? "≥ 20" : "none",
    met: writers !== 256 || sharing >= 20,
    note: "two flushes for each transaction of LMDB: pages, then header",
  });
  return results;
}

async function measure(
  contestant: Contestant,
  directory: string,
  writers: number,
  { clock, signal }: BenchContext,
): Promise<Figures> {
  const path = join(directory, "objects.mdb");
  const value = new Uint8Array(valueBytes).fill(0x2a);
  // Once round, so that neither side is measured while it grows its file and its machine code.
  await runWriters(writers, clock, 300, signal, contestant, value);
  const before = await readLmdbHeader(directory, path);
  const started = clock.monotonic();
  const writes = await runWriters(writers, clock, runMs, signal, contestant, value);
  const seconds = (clock.monotonic() - started) / 1000;
  const after = await readLmdbHeader(directory, path);
  await contestant.close();
  const flushes = (after.transaction - before.transaction) * flushesPerTransaction;
  return { writesPerSecond: writes / seconds, writesPerFlush: writes / flushes };
}

/** @returns how many writes were acknowledged. */
async function runWriters(
  writers: number,
  clock: Clock,
  durationMs: number,
  signal: AbortSignal,
  contestant: Contestant,
  value: Uint8Array,
): Promise<number> {
  const end = clock.monotonic() + durationMs;
  let writes = 0;
  const write = async (writer: number) => {
    for (let i = 0; clock.monotonic() < end; i++) {
      signal.throwIfAborted();
      await contestant.write(`/registry/spore.dev/nodes/esp-${writer}-${i % keysPerWriter}`, value);
      writes++;
    }
  };
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
  return writes;
}

async function openOurs(directory: string, { clock, log }: BenchContext): Promise<Contestant> {
  const store = await openLmdbStore({ directory, clock, log });
  return {
    write: (key, value) => store.commit([{ key, value }]),
    close: async () => {
      await store[Symbol.asyncDispose]();
    },
  };
}

async function openBare(directory: string): Promise<Contestant> {
  const bytesOnly = { keyEncoding: "binary", encoding: "binary" } as const;
  const path = join(directory, "objects.mdb");
  const root = open<Buffer, Buffer>({ ...bytesOnly, path, noSubdir: true, overlappingSync: false, maxDbs: 2 });
  const objects = root.openDB<Buffer, Buffer>("objects", bytesOnly);
  const log = root.openDB<Buffer, Buffer>("log", bytesOnly);
  let revision = 0;
  return {
    write: (key, value) => putBare({ root, objects, log }, ++revision, key, value),
    close: async () => {
      await root.close();
    },
  };
}

interface Tables {
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly objects: Database<Buffer, Buffer>;
  readonly log: Database<Buffer, Buffer>;
}

function putBare({ root, objects, log }: Tables, revision: number, key: string, value: Uint8Array): Promise<boolean> {
  const record = encodeEntry(value);
  stampRevision(record, key, revision);
  const previous = { key, value, revision };
  return root.batch(() => {
    void objects.put(Buffer.from(key), record);
    void log.put(logKey(revision, 0), encodeChange({ key, revision, value, previous }));
    void root.put(stateKey, encodeState({ head: revision, floor: 0 }));
  });
}

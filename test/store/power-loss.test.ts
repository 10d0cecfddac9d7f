import { execFile, spawnSync } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { type Random, randomInteger, seededRandom } from "../../controller/base/random.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import { readLmdbHeader } from "../../controller/store/lmdb-header.ts";
import { programUrl } from "../support/built-programs.ts";
import { isLongRun } from "../support/long-run.ts";
import { readSystemCalls } from "../support/system-calls.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { RecordedDisk, type Said } from "./recorded-disk.ts";

const replay = fileURLToPath(new URL("processes/replay.mjs", import.meta.url));
const calls =
  "openat,pwrite64,pwritev,pwritev2,write,writev,lseek,fdatasync,fsync,sync_file_range,ftruncate,fallocate,mmap,rename,unlink";
const canTrace = spawnSync("strace", ["-f", "-o", "/dev/null", "true"]).status === 0;

const revisionSaid = ({ text }: Said) => Number(text);

type PlannedCommit = readonly (readonly [key: string, value: string | null])[];
type Plan = readonly (readonly PlannedCommit[])[];

describe.skipIf(!canTrace)(
  "openLmdbStore, recorded by strace (skipped where strace is missing or may not trace)",
  () => {
    it("acknowledges nothing before its flush, and reopens after a power cut at any flush to a prefix of its history", {
      timeout: 300_000,
    }, async () => {
      await using work = await temporaryDirectory();
      const plan = planCommits(seededRandom(7), isLongRun ? 300 : 60);
      const { disk, transactions } = await record(work.path, plan);
      const states = statesAfter(plan.flat());

      const saidBy = (line: number) => Math.max(0, ...disk.said.filter((each) => each.line < line).map(revisionSaid));
      for (const [i, { firstLine, flushed, torn }] of disk.points.entries()) {
        // Until the next flush ends, the disk holds no more than what this one brought there.
        const untilLine = disk.points[i + 1]?.lastLine ?? Number.POSITIVE_INFINITY;
        const head = await reopen(join(work.path, `flushed-${i}`), flushed, states);
        expect(head, `flush ${i}, which began in line ${firstLine}`).toBeGreaterThanOrEqual(saidBy(untilLine));
        expect(await reopen(join(work.path, `torn-${i}`), torn, states)).toBeGreaterThanOrEqual(saidBy(firstLine));
      }
      expect(disk.said.map(revisionSaid)).toEqual(plan.flat().map((_, i) => i + 1));
      // What the benchmark counts on.
      expect(disk.flushes).toEqual({ calls: transactions, writes: transactions });
    });
  },
);

/** Bursts of one to eight commits, some of several keys, some of long values, some deletes. */
function planCommits(random: Random, bursts: number): Plan {
  const key = () => `/k/${randomInteger(random, 0, 30)}`;
  const value = () => (random() < 0.2 ? null : "v".repeat(randomInteger(random, 0, random() < 0.1 ? 20_000 : 1500)));
  const commit = (): PlannedCommit => {
    const keys = new Set(Array.from({ length: random() < 0.2 ? 5 : 1 }, key));
    return [...keys].map((each) => [each, value()]);
  };
  return Array.from({ length: bursts }, () => Array.from({ length: randomInteger(random, 1, 8) }, commit));
}

/** What a store holds after each of the commits, as lines `key@revision=value`; first of all nothing. */
function statesAfter(commits: readonly PlannedCommit[]): readonly (readonly string[])[] {
  const entries = new Map<string, string>();
  const states: (readonly string[])[] = [[]];
  commits.forEach((commit, i) => {
    for (const [key, value] of commit) {
      if (value === null) entries.delete(key);
      else entries.set(key, `${key}@${i + 1}=${value}`);
    }
    states.push([...entries.keys()].sort().map((key) => entries.get(key) ?? ""));
  });
  return states;
}

async function record(work: string, plan: Plan): Promise<{ disk: RecordedDisk; transactions: number }> {
  const recording = join(work, "recording");
  const planFile = join(work, "plan.json");
  const data = join(work, "data");
  await writeFile(planFile, JSON.stringify(plan));
  await promisify(execFile)("strace", [
    ...["-f", "-y", "-xx", "-s", "4194304", "-e", `trace=${calls}`, "-o", recording],
    ...[process.execPath, replay, programUrl("store/lmdb.js"), data, planFile],
  ]);
  const disk = new RecordedDisk(readSystemCalls(await readFile(recording, "latin1")), seededRandom(11));
  const { transaction } = await readLmdbHeader(data, join(data, "objects.mdb"));
  return { disk, transactions: transaction };
}

/** Opens what the disk held and compares it with the history, now and a few revisions back. Returns its revision. */
async function reopen(
  directory: string,
  image: Buffer | undefined,
  states: readonly (readonly string[])[],
): Promise<number> {
  await mkdir(directory);
  if (image !== undefined) await writeFile(join(directory, "objects.mdb"), image);
  await using store = await openLmdbStore({ directory, clock: systemClock, log: silentLogger });
  const head = await store.revision();
  for (const at of [head, Math.max(0, head - 5)]) {
    const { entries } = await store.range("", { at });
    const lines = entries.map(({ key, revision, value }) => `${key}@${revision}=${Buffer.from(value).toString()}`);
    expect(lines).toEqual(states[at]);
  }
  // It can be written as well.
  expect(await store.commit([{ key: "/after", value: new Uint8Array(1) }])).toBe(head + 1);
  return head;
}

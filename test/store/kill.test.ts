import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { randomInteger, seededRandom } from "../../controller/base/random.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import { programUrl } from "../support/built-programs.ts";
import { isLongRun } from "../support/long-run.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { type Acknowledgement, checkAcknowledged, readAcknowledgement } from "./acknowledgements.ts";
import { wholeHistory } from "./whole-history.ts";

const writer = fileURLToPath(new URL("processes/writer.mjs", import.meta.url));
const rounds = isLongRun ? 100 : 10;

describe("openLmdbStore", () => {
  it("keeps every acknowledged write through kill -9 at any moment", { timeout: rounds * 10_000 }, async () => {
    await using directory = await temporaryDirectory();
    const data = join(directory.path, "data");
    const random = seededRandom(0x5b0e);
    const acknowledged: Acknowledgement[] = [];
    let head = 0;
    for (let round = 0; round < rounds; round++) {
      const writers = [1, 4, 64][round % 3] ?? 1;
      // Some die before they have opened the store, most in the middle of their work.
      const lines = round % 5 === 4 ? 0 : randomInteger(random, 1, 30 * writers);
      acknowledged.push(...(await writeUntilKilled(data, writers, lines)));
      await using store = await openLmdbStore({ directory: data, clock: systemClock, log: silentLogger });
      expect(await store.revision()).toBeGreaterThanOrEqual(
        Math.max(head, ...acknowledged.map((each) => each.revision)),
      );
      checkAcknowledged(acknowledged, await wholeHistory(store));
      head = await store.revision();
    }
    expect(acknowledged.length).toBeGreaterThan(rounds * 10);
  });
});

/** Starts a writer, kills it once it has said `lines` lines, and returns what it had acknowledged by then. */
async function writeUntilKilled(data: string, writers: number, lines: number): Promise<readonly Acknowledgement[]> {
  const child = spawn(process.execPath, [writer, programUrl("store/lmdb.js"), data, String(writers)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  const seen: string[] = [];
  if (lines === 0) child.kill("SIGKILL");
  for await (const line of createInterface({ input: child.stdout })) {
    seen.push(line);
    if (seen.length === lines) child.kill("SIGKILL");
  }
  await ended;
  expect(killed(child)).toBe(true);
  return seen.filter((line) => line !== "open").map(readAcknowledgement);
}

function killed(child: ChildProcess): boolean {
  return child.signalCode === "SIGKILL";
}

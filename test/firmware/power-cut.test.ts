import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { board, describeBoards } from "./board.ts";
import { imageBytes, runningVersion, upload } from "./upload.ts";

const soon = { timeout: 8000, interval: 20 };

describeBoards("a power cut during an update", () => {
  it("leaves at every write what silicon would have", { timeout: 240_000 }, async () => {
    const before = await imageBytes("1.0.0");
    const after = await imageBytes("1.1.0");
    const sectors = Math.ceil(after.length / 4096);
    const staged = 2 * sectors; // an erase and a write each
    const same = sectorsAlike(before, after);
    const copied = 2 * (sectors - same.first);
    const all = staged + copied;
    // The writes where something new happens, and every seventh of those between.
    const cuts = Array.from({ length: all + 1 }, (_, i) => i + 1).filter(
      (at) => at % 7 === 0 || at < 4 || Math.abs(at - staged) < 4 || at > all - 3,
    );
    for (const writes of cuts) {
      const expected = writes <= staged ? "1.0.0" : writes <= all ? "torn" : "1.1.0";
      expect([writes, await cutAfter(writes, after)]).toEqual([writes, expected]);
    }
  });

  it("before the copy has begun costs the update and nothing else", async () => {
    await using node = await board({ config: { restart_delay_ms: 60_000 } });
    expect((await upload(node, await imageBytes("1.1.0"))).status).toBe(200);
    await node.powerCut();
    await using again = await board({ stateDir: node.stateDir, address: node.address });
    expect(await runningVersion(again)).toBe("1.0.0");
  });
});

describeBoards("a power cut while a file is written", () => {
  it("leaves the old file or the new one", async () => {
    for (const [writes, kept] of [
      [1, "before"], // half of the draft
      [2, "before"], // a draft that was not renamed
      [3, "after"],
    ] as const) {
      await using node = await board({
        config: { site: "before" },
        flags: ["--power-cut-after-writes", String(writes)],
      });
      await node.post("/api/node/config", { site: "after" }).catch(() => {}); // the node dies before it answers
      if (writes === 3) await node.post("/api/node/config", { site: "later" }).catch(() => {});
      expect(await node.ended).toMatchObject({ killedBy: "SIGKILL" });
      await using again = await board({ stateDir: node.stateDir, address: node.address });
      expect((await again.get("/api/node/config")).body).toMatchObject({ site: kept });
      expect(JSON.parse(readFileSync(join(node.stateDir, "config.json"), "utf8"))).toMatchObject({ site: kept });
    }
  });
});

/** Updates a board whose power goes away in the middle of the given write, and says what it runs when the power is back. */
async function cutAfter(writes: number, image: Buffer): Promise<string> {
  await using node = await board({
    config: { restart_delay_ms: 0 },
    flags: ["--power-cut-after-writes", String(writes)],
  });
  await upload(node, image).catch(() => {}); // the node may die before it answers
  await expect
    .poll(async () => (await isOver(node.ended)) || (await runningVersion(node)) === "1.1.0", soon)
    .toBe(true);
  await node.powerCut();
  const { stateDir, address } = node;
  try {
    await using again = await board({ stateDir, address, timeoutMs: 600 });
    return (await runningVersion(again)) ?? "silent";
  } catch {
    return "torn"; // it did not come up, and the poll above has seen it do so before
  }
}

function isOver(ended: Promise<unknown>): Promise<boolean> {
  return Promise.race([ended.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

/** Whether the first sector, which the boot loader leaves alone when it is right, is the same in both. */
function sectorsAlike(before: Buffer, after: Buffer): { readonly first: number } {
  return { first: before.subarray(0, 4096).equals(after.subarray(0, 4096)) ? 1 : 0 };
}

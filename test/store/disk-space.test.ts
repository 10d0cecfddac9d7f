import { spawnSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import { put, take } from "../contract/store/notation.ts";
import { code, never } from "../contract/store/setup.ts";
import { programUrl } from "../support/built-programs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";
import { checkAcknowledged, readAcknowledgement } from "./acknowledgements.ts";
import { wholeHistory } from "./whole-history.ts";

const writer = fileURLToPath(new URL("processes/writer.mjs", import.meta.url));
const mounted =
  spawnSync("sh", ["-c", "d=$(mktemp -d) && mount -t tmpfs tmpfs $d && umount $d; rmdir $d"]).status === 0;

describe.skipIf(!mounted)("openLmdbStore on a small disk (skipped where no file system may be mounted)", () => {
  it("refuses commits while the disk is full, keeps what it has, and goes on when there is room", async () => {
    await using directory = await temporaryDirectory();
    const disk = join(directory.path, "disk");
    await mkdir(disk);
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk]).status).toBe(0);
    try {
      await writeFile(join(disk, "filler"), new Uint8Array(6 * 1024 * 1024));
      await using store = await openLmdbStore({ directory: join(disk, "data"), clock: systemClock, log: silentLogger });
      const seen = take(store.watch("", 0, never), 1000);
      let acknowledged = 0;
      const fill = async () => {
        for (; acknowledged < 999; acknowledged++) await store.commit([put(`/${acknowledged}`, "x".repeat(5000))]);
      };
      await expect(fill()).rejects.toEqual(code("SPORE_DATA_DIR_UNUSABLE"));
      await expect(store.commit([put("/more", "x".repeat(100_000))])).rejects.toEqual(code("SPORE_DATA_DIR_UNUSABLE"));
      expect(acknowledged).toBeGreaterThan(20);
      expect(await store.revision()).toBe(acknowledged);
      expect((await store.range("")).entries).toHaveLength(acknowledged);
      await rm(join(disk, "filler"));
      expect(await store.commit([put("/more", "x")])).toBe(acknowledged + 1);
      await store[Symbol.asyncDispose]();
      expect(await seen).toHaveLength(acknowledged + 1);
    } finally {
      spawnSync("umount", [disk]);
    }
  });
});

describe("openLmdbStore, when a write fails all the same", () => {
  it("refuses all that comes, and has what it acknowledged at the next start", { timeout: 60_000 }, async () => {
    await using directory = await temporaryDirectory();
    // A limit of the process stands for the disk: beyond 2 MiB of file, writes fail.
    const limited = 'trap "" XFSZ; ulimit -f 4096; exec "$@"';
    const command = [process.execPath, writer, programUrl("store/lmdb.js"), directory.path, "8"];
    const { status, stdout } = spawnSync("sh", ["-c", limited, "sh", ...command], { encoding: "utf8" });
    const lines = stdout.trim().split("\n").slice(1);
    expect(status).toBe(0);
    expect(lines.slice(-8)).toEqual(Array(8).fill("refused SPORE_DATA_DIR_UNUSABLE"));
    const acknowledged = lines.slice(0, -8).map(readAcknowledgement);
    expect(acknowledged.length).toBeGreaterThan(100);
    await using store = await openLmdbStore({ directory: directory.path, clock: systemClock, log: silentLogger });
    checkAcknowledged(acknowledged, await wholeHistory(store));
  });
});

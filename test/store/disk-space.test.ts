import { spawnSync } from "node:child_process";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import { put, take } from "../contract/store/notation.ts";
import { code, never } from "../contract/store/setup.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

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

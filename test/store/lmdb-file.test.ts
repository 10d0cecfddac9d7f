import { mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { open } from "lmdb";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import type { Store } from "../../controller/store/store.ts";
import { put } from "../contract/store/notation.ts";
import { code } from "../contract/store/setup.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

describe("openLmdbStore refuses", () => {
  it("a file that is not a database", async () => {
    await expectRefusal("SPORE_STORE_CORRUPT", (path) => writeFile(path, "name,age\n".repeat(2000)));
  });

  it("an empty file, and one of a few bytes", async () => {
    await expectRefusal("SPORE_STORE_CORRUPT", (path) => writeFile(path, ""));
    await expectRefusal("SPORE_STORE_CORRUPT", (path) => writeFile(path, "x"));
  });

  it.each([1, 4096, 8192, 12_288])("a file that was cut to %i bytes", async (size) => {
    await expectRefusal("SPORE_STORE_CORRUPT", (path) => truncate(path, size));
  });

  it("a file whose beginning was overwritten", async () => {
    await expectRefusal("SPORE_STORE_CORRUPT", async (path) => {
      const bytes = await readFile(path);
      await writeFile(path, bytes.fill(0, 0, 8192));
    });
  });

  it("a database of another program", async () => {
    await expectRefusal("SPORE_STORE_CORRUPT", async (path) => {
      await rm(path);
      const other = open({ path, noSubdir: true });
      await other.put("some", "thing");
      await other.close();
    });
  });

  it("a format that another SPORE wrote, by its name", async () => {
    const failure = await expectRefusal("SPORE_DATA_DIR_UNUSABLE", async (path) => {
      const root = open({ path, noSubdir: true, overlappingSync: false, keyEncoding: "binary", encoding: "binary" });
      await root.put(Buffer.from("format"), Buffer.from("spore store format 3"));
      await root.close();
    });
    expect(failure).toMatchObject({ message: expect.stringContaining("spore store format 3") });
  });

  it("a path that leads through a file", async () => {
    await using directory = await temporaryDirectory();
    const file = join(directory.path, "file");
    await writeFile(file, "");
    await expect(openAt(join(file, "data"))).rejects.toEqual(code("SPORE_DATA_DIR_UNUSABLE"));
    await expect(openAt(file)).rejects.toEqual(code("SPORE_DATA_DIR_UNUSABLE"));
  });

  it("a directory that it may not write", async () => {
    await using directory = await temporaryDirectory();
    // Permissions mean nothing to root, but even root makes no files in /sys.
    const isRoot = process.getuid?.() === 0;
    const closed = isRoot ? "/sys/kernel" : join(directory.path, "closed");
    if (!isRoot) await mkdir(closed, { mode: 0o500 });
    await expect(openAt(join(closed, "data"))).rejects.toEqual(code("SPORE_DATA_DIR_UNUSABLE"));
  });
});

/** Spoils the file of a store that was closed properly, and returns the error of opening it; another try finds the directory unlocked. */
async function expectRefusal(wanted: string, spoil: (path: string) => Promise<unknown>): Promise<unknown> {
  await using directory = await temporaryDirectory();
  {
    await using store = await openAt(directory.path);
    for (let i = 0; i < 200; i++) void store.commit([put(`/${i}`, "x".repeat(500))]);
    await store.commit([put("/last", "x")]);
  }
  await spoil(join(directory.path, "objects.mdb"));
  const failure = await openAt(directory.path).catch((error: unknown) => error);
  expect(failure).toEqual(code(wanted));
  await expect(openAt(directory.path)).rejects.toEqual(code(wanted));
  return failure;
}

function openAt(directory: string): Promise<Store & AsyncDisposable> {
  return openLmdbStore({ directory, clock: systemClock, log: silentLogger });
}

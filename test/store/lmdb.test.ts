import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Clock, systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { openLmdbStore } from "../../controller/store/lmdb.ts";
import { readLmdbHeader } from "../../controller/store/lmdb-header.ts";
import type { HistoryMinimum } from "../../controller/store/retention.ts";
import type { Store } from "../../controller/store/store.ts";
import { list, put, remove, take, text } from "../contract/store/notation.ts";
import { code, never, type StoreSetup } from "../contract/store/setup.ts";
import { storeContract } from "../contract/store.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

storeContract("LMDB", openFresh, 40);

async function openFresh(setup: StoreSetup): Promise<Store & AsyncDisposable> {
  const directory = await temporaryDirectory();
  const store = await openLmdbStore({ directory: join(directory.path, "data"), log: silentLogger, ...setup });
  const dispose = store[Symbol.asyncDispose].bind(store);
  store[Symbol.asyncDispose] = async () => {
    await dispose();
    await directory[Symbol.asyncDispose]();
  };
  return store;
}

function openAt(
  directory: string,
  keep?: HistoryMinimum,
  clock: Clock = systemClock,
): Promise<Store & AsyncDisposable> {
  return openLmdbStore({ directory, clock, log: silentLogger, ...(keep === undefined ? {} : { keep }) });
}

describe("openLmdbStore, opened again", () => {
  it("goes on where it was: values, revision, history and what was compacted", async () => {
    await using directory = await temporaryDirectory();
    const keep = { ms: 0, revisions: 2 };
    {
      await using store = await openAt(directory.path, keep);
      for (let i = 1; i <= 5; i++) await store.commit([put("/a", String(i))]);
      await store.commit([remove("/a"), put("/b", "6")]);
      await store.compact(4);
    }
    await using store = await openAt(directory.path, keep);
    expect(await store.revision()).toBe(6);
    expect(list(await store.range(""))).toEqual(["/b=6@6"]);
    expect(text((await store.get("/a", 4))?.value)).toBe("4");
    expect(await take(store.watch("", 4, never), 3)).toEqual(["/a=5@5 was 4@4", "/a=gone@6 was 5@5", "/b=6@6"]);
    await expect(store.get("/a", 3)).rejects.toEqual(code("SPORE_EXPIRED"));
    expect(await store.commit([put("/a", "7")])).toBe(7);
  });

  it("tells which value the disk has changed, and serves the others", async () => {
    await using directory = await temporaryDirectory();
    {
      await using store = await openAt(directory.path);
      await store.commit([put("/a", "x".repeat(500)), put("/b", "the pin is 12".repeat(40))]);
      await store.commit([put("/b", "the pin is 17".repeat(40))]);
    }
    const path = join(directory.path, "objects.mdb");
    const bytes = await readFile(path);
    for (let at = bytes.indexOf("pin is 17"); at >= 0; at = bytes.indexOf("pin is 17", at + 1)) bytes[at + 8] = 0x38;
    await writeFile(path, bytes);
    await using store = await openAt(directory.path);
    expect(text((await store.get("/a"))?.value)).toBe("x".repeat(500));
    const damaged = expect.objectContaining({
      code: "SPORE_STORE_CORRUPT",
      message: expect.stringContaining("the entry /b"),
    });
    await expect(store.get("/b")).rejects.toEqual(damaged);
    await expect(store.range("/")).rejects.toEqual(damaged);
    await expect(take(store.watch("/", 1, never), 1)).rejects.toEqual(code("SPORE_STORE_CORRUPT"));
  });

  it("keeps a revision that only a delete of nothing used", async () => {
    await using directory = await temporaryDirectory();
    {
      await using store = await openAt(directory.path);
      await store.commit([remove("/none")]);
    }
    await using store = await openAt(directory.path);
    expect(await store.revision()).toBe(1);
  });

  it("counts the age of its history from the opening, so that a restart forgets nothing early", async () => {
    await using directory = await temporaryDirectory();
    const keep = { ms: 1000, revisions: 0 };
    {
      await using store = await openAt(directory.path, keep, new ManualClock());
      await store.commit([put("/a", "1")]);
      await store.commit([put("/a", "2")]);
    }
    const clock = new ManualClock();
    await using store = await openAt(directory.path, keep, clock);
    await clock.advance(900);
    await store.commit([put("/a", "3")]);
    expect(text((await store.get("/a", 1))?.value)).toBe("1");
  });
});

describe("openLmdbStore", () => {
  it("writes what was accepted before it closes", async () => {
    await using directory = await temporaryDirectory();
    const store = await openAt(directory.path);
    const commits = Array.from({ length: 50 }, (_, i) => store.commit([put(`/${i}`, "x")]));
    const closing = store[Symbol.asyncDispose]();
    expect(await Promise.all(commits)).toHaveLength(50);
    await closing;
    await using again = await openAt(directory.path);
    expect((await again.range("")).entries).toHaveLength(50);
  });

  it("finishes what it reads of the past before it closes, and leaves a compaction where it is", async () => {
    await using directory = await temporaryDirectory();
    const store = await openAt(directory.path, { ms: 0, revisions: 30_000 });
    const write = (count: number) => Promise.all(Array.from({ length: count }, () => store.commit([put("/a", "x")])));
    await write(9000);
    const past = [store.range("", { at: 1 }), store.get("/a", 2)];
    const closing = store[Symbol.asyncDispose]();
    expect(await Promise.all(past)).toMatchObject([{ entries: [{ key: "/a", revision: 1 }] }, { revision: 2 }]);
    await closing;
    await using again = await openAt(directory.path, { ms: 0, revisions: 0 });
    const compaction = again.compact(9000);
    await Promise.all([again[Symbol.asyncDispose](), expect(compaction).rejects.toEqual(code("SPORE_UNAVAILABLE"))]);
  });

  it("shares one transaction of LMDB among writers that come together", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openAt(directory.path);
    const path = join(directory.path, "objects.mdb");
    const before = await readLmdbHeader(directory.path, path);
    await Promise.all(Array.from({ length: 256 }, (_, i) => store.commit([put(`/${i}`, "x")])));
    expect((await readLmdbHeader(directory.path, path)).transaction).toBe(before.transaction + 1);
  });

  it("writes nothing while nothing is committed", async () => {
    await using directory = await temporaryDirectory();
    const clock = new ManualClock();
    await using store = await openAt(directory.path, { ms: 1000, revisions: 10 }, clock);
    await store.commit([put("/a", "1")]);
    const path = join(directory.path, "objects.mdb");
    const before = await readFile(path);
    await store.range("");
    await clock.advance(3_600_000);
    expect(Buffer.compare(before, await readFile(path))).toBe(0);
  });

  it("forgets old changes when the commits have ceased, and then rests", async () => {
    await using directory = await temporaryDirectory();
    const clock = new ManualClock();
    await using store = await openAt(directory.path, { ms: 1000, revisions: 10 }, clock);
    for (let i = 1; i <= 50; i++) await store.commit([put("/a", String(i))]);
    await clock.advance(1000);
    await clock.advance(1000);
    await store.commit([put("/b", "1")]); // waits for what the clock has started
    await expect(store.get("/a", 39)).rejects.toEqual(code("SPORE_EXPIRED"));
    expect(text((await store.get("/a", 41))?.value)).toBe("41");
  });

  it("uses the space again that forgotten changes leave", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openAt(directory.path, { ms: 0, revisions: 100 });
    const write = () =>
      Promise.all(Array.from({ length: 2000 }, (_, i) => store.commit([put("/a", "x".repeat(i % 2000))])));
    const size = async () => (await stat(join(directory.path, "objects.mdb"))).size;
    for (let i = 0; i < 3; i++) await write();
    const settled = await size();
    for (let i = 0; i < 5; i++) await write();
    expect(await size()).toBeLessThan(1.5 * settled);
  });

  it("reads an old revision from many changes while others write", async () => {
    await using directory = await temporaryDirectory();
    await using store = await openAt(directory.path);
    await store.commit([put("/a", "first"), put("/b", "first")]);
    const writes = Array.from({ length: 5000 }, (_, i) => store.commit([put("/a", String(i))]));
    const reads = Array.from({ length: 20 }, async () => {
      await store.commit([put("/c", "between")]);
      return list(await store.range("/", { at: 1 }));
    });
    for (const lines of await Promise.all(reads)) expect(lines).toEqual(["/a=first@1", "/b=first@1"]);
    await Promise.all(writes);
  });

  it("grows beyond what it maps into memory at first, under a watch", { timeout: 60_000 }, async () => {
    await using directory = await temporaryDirectory();
    await using store = await openAt(directory.path, { ms: 0, revisions: 4 });
    const watch = take(store.watch("/small", 0, never), 2);
    await store.commit([put("/small", "kept")]);
    const value = new Uint8Array(8 * 1024 * 1024);
    for (let i = 0; i < 8; i++) await store.commit([{ key: `/large/${i}`, value: value.fill(i) }]);
    await store.commit([put("/small", "changed")]);
    expect(await watch).toEqual(["/small=kept@1", "/small=changed@10 was kept@1"]);
    expect((await store.get("/large/7"))?.value.every((byte) => byte === 7)).toBe(true);
  });
});

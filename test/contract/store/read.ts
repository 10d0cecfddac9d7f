import { expect, it } from "vitest";
import { list, put, remove, text } from "./notation.ts";
import { keeping, type OpenStore } from "./setup.ts";

/** Byte order, pages, and the past. */
export function readContract(open: OpenStore): void {
  it("lists what is under a prefix, in byte order, and nothing beside it", async () => {
    await using store = await keeping(open, 0);
    const keys = ["/n/b", "/n/a", "/n/a/b", "/n/a0", "/n/é", "/n/\u{1f331}", "/n/\uffee", "/n", "/m/z", "/o", "/n0"];
    await store.commit(keys.map((key) => put(key, "v")));
    const expected = keys.filter((key) => key.startsWith("/n/"));
    expected.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const { entries } = await store.range("/n/");
    expect(entries.map(({ key }) => key)).toEqual(expected);
  });

  it("gives pages that join without gap or overlap, and counts what remains", async () => {
    await using store = await keeping(open, 0);
    const keys = Array.from({ length: 7 }, (_, i) => `/n/${i}`);
    await store.commit([...keys.map((key) => put(key, "v")), put("/m", "v"), put("/o", "v")]);
    const first = await store.range("/n/", { limit: 3 });
    const second = await store.range("/n/", { at: first.revision, after: "/n/2", limit: 3 });
    const third = await store.range("/n/", { at: first.revision, after: "/n/5", limit: 3 });
    const pages = [first, second, third];
    expect(pages.flatMap(({ entries }) => entries.map(({ key }) => key))).toEqual(keys);
    expect(pages.map(({ entries, remaining }) => [entries.length, remaining])).toEqual([
      [3, 4],
      [3, 1],
      [1, 0],
    ]);
  });

  it("begins behind a key that is gone, or was never there", async () => {
    await using store = await keeping(open, 0);
    await store.commit([put("/n/a", "1"), put("/n/c", "1"), put("/n/e", "1")]);
    await store.commit([remove("/n/c")]);
    expect(list(await store.range("/n/", { after: "/n/c" }))).toEqual(["/n/e=1@1"]);
    expect(list(await store.range("/n/", { after: "/m" }))).toEqual(["/n/a=1@1", "/n/e=1@1"]);
    expect(list(await store.range("/n/", { after: "/z" }))).toEqual([]);
  });

  it("finds nothing under a key that is longer than any can be, and begins behind it", async () => {
    await using store = await keeping(open, 0);
    const stem = `/n/${"x".repeat(1974)}`;
    await store.commit([put("/n/a", "1"), put(`${stem}x`, "1"), put(`${stem}y`, "1"), put("/n/z", "1")]);
    for (const length of [1979, 3000, 20_000]) {
      const after = stem.padEnd(length, "x");
      expect(await store.get(after)).toBeUndefined();
      expect(await store.get(after, 1)).toBeUndefined();
      const { entries } = await store.range("/n/", { after });
      expect(entries.map(({ key }) => key.at(-1))).toEqual(["y", "z"]);
      expect((await store.range("/n/", { after, limit: 1 })).remaining).toBe(1);
    }
  });

  it("shows an older revision as it was", async () => {
    await using store = await keeping(open, 100);
    await store.commit([put("/n/a", "1"), put("/n/b", "1")]);
    await store.commit([put("/n/a", "2")]);
    await store.commit([remove("/n/b"), put("/n/c", "3")]);
    await store.commit([put("/n/b", "4")]);
    const past = await Promise.all([0, 1, 2, 3, 4].map((at) => store.range("/n/", { at })));
    expect(past.map(list)).toEqual([
      [],
      ["/n/a=1@1", "/n/b=1@1"],
      ["/n/a=2@2", "/n/b=1@1"],
      ["/n/a=2@2", "/n/c=3@3"],
      ["/n/a=2@2", "/n/b=4@4", "/n/c=3@3"],
    ]);
    expect(past.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
    expect(text((await store.get("/n/b", 2))?.value)).toBe("1");
    expect(await store.get("/n/b", 3)).toBeUndefined();
  });

  it("pages through an older revision", async () => {
    await using store = await keeping(open, 100);
    await store.commit(["a", "b", "c", "d", "e"].map((key) => put(`/n/${key}`, "1")));
    await store.commit([remove("/n/b"), put("/n/d", "2"), put("/n/c5", "2"), remove("/n/e")]);
    const first = await store.range("/n/", { at: 1, limit: 2 });
    const second = await store.range("/n/", { at: 1, after: "/n/b", limit: 2 });
    const third = await store.range("/n/", { at: 1, after: "/n/d", limit: 2 });
    expect([first, second, third].map(list)).toEqual([
      ["/n/a=1@1", "/n/b=1@1"],
      ["/n/c=1@1", "/n/d=1@1"],
      ["/n/e=1@1"],
    ]);
    expect([first, second, third].map(({ remaining }) => remaining)).toEqual([3, 1, 0]);
  });

  it("does not pretend to know a revision that was not reached", async () => {
    await using store = await keeping(open, 0);
    await store.commit([put("/a", "1")]);
    const tooLarge = { code: "SPORE_TIMEOUT", details: { causes: [{ reason: "ResourceVersionTooLarge" }] } };
    await expect(store.get("/a", 2)).rejects.toMatchObject(tooLarge);
    await expect(store.range("/", { at: 2 })).rejects.toMatchObject(tooLarge);
  });
}

import { expect, it } from "vitest";
import { ManualClock } from "../../support/manual-clock.ts";
import { list, put, take, text } from "./notation.ts";
import { code, keeping, never, type OpenStore } from "./setup.ts";

/** What is forgotten, and what may not be. */
export function compactContract(open: OpenStore): void {
  it("answers 'expired' below the compacted revision, and exactly there", async () => {
    await using store = await keeping(open, 3);
    for (let i = 1; i <= 6; i++) await store.commit([put("/a", String(i))]);
    await store.compact(3);
    await expect(store.get("/a", 2)).rejects.toEqual(code("SPORE_EXPIRED"));
    await expect(store.range("/", { at: 2 })).rejects.toEqual(code("SPORE_EXPIRED"));
    await expect(take(store.watch("/", 2, never), 1)).rejects.toEqual(code("SPORE_EXPIRED"));
    expect(text((await store.get("/a", 3))?.value)).toBe("3");
    const rest = [4, 5, 6].map((i) => `/a=${i}@${i} was ${i - 1}@${i - 1}`);
    expect(await take(store.watch("/", 3, never), 3)).toEqual(rest);
    expect(list(await store.range(""))).toEqual(["/a=6@6"]);
  });

  it("keeps the promised number of revisions, whatever it is asked", async () => {
    await using store = await keeping(open, 3);
    for (let i = 1; i <= 6; i++) await store.commit([put("/a", String(i))]);
    await store.compact(6);
    expect(text((await store.get("/a", 3))?.value)).toBe("3");
    await expect(store.get("/a", 2)).rejects.toEqual(code("SPORE_EXPIRED"));
  });

  it("keeps what is younger than the promised time, whatever it is asked", async () => {
    const clock = new ManualClock();
    await using store = await open({ clock, keep: { ms: 300_000, revisions: 0 } });
    for (let i = 1; i <= 3; i++) await store.commit([put("/a", String(i))]);
    await clock.advance(299_000);
    await store.commit([put("/a", "4")]);
    await store.compact(4);
    expect(text((await store.get("/a", 1))?.value)).toBe("1");
    await clock.advance(300_000);
    await store.compact(4);
    await expect(store.get("/a", 3)).rejects.toEqual(code("SPORE_EXPIRED"));
    expect(text((await store.get("/a", 4))?.value)).toBe("4");
  });

  it("happens by itself as commits come", async () => {
    const clock = new ManualClock();
    await using store = await open({ clock, keep: { ms: 1000, revisions: 5 } });
    for (let i = 1; i <= 100; i++) {
      await store.commit([put("/a", String(i))]);
      await clock.advance(100);
    }
    await expect(store.get("/a", 20)).rejects.toEqual(code("SPORE_EXPIRED"));
    expect(text((await store.get("/a", 90))?.value)).toBe("90");
  });

  it("is felt by a watch that is still reading the past", async () => {
    await using store = await keeping(open, 5000);
    const commits = () => Array.from({ length: 5000 }, () => store.commit([put("/a", "x")]));
    await Promise.all(commits());
    // No store reads 5,000 commits ahead for a consumer that has taken one.
    const watch = store.watch("/", 0, never)[Symbol.asyncIterator]();
    await watch.next();
    await Promise.all(commits());
    await store.compact(5000);
    const drain = async () => {
      for (let revision = 2; ; revision++) expect((await watch.next()).value).toMatchObject({ revision });
    };
    await expect(drain()).rejects.toEqual(code("SPORE_EXPIRED"));
  });
}

import { expect, it } from "vitest";
import { put, remove, show, take } from "./notation.ts";
import { code, keeping, never, type OpenStore } from "./setup.ts";

/** Nothing lost, repeated or out of order. */
export function watchContract(open: OpenStore): void {
  it("shows each change once, in order, with what stood there before, live and from the past", async () => {
    await using store = await keeping(open, 100);
    const live = take(store.watch("/n/", 0, never), 6);
    await store.commit([put("/n/b", "1"), put("/m/x", "1"), put("/n/a", "1")]);
    await store.commit([put("/n/a", "2")]);
    await store.commit([remove("/n/a"), put("/n/c", "3")]);
    await store.commit([put("/n/a", "4")]);
    const expected = ["/n/b=1@1", "/n/a=1@1", "/n/a=2@2 was 1@1", "/n/a=gone@3 was 2@2", "/n/c=3@3", "/n/a=4@4"];
    expect(await live).toEqual(expected);
    expect(await take(store.watch("/n/", 0, never), 6)).toEqual(expected);
  });

  it("resumes after a revision, from the past into the present", async () => {
    await using store = await keeping(open, 10_000);
    await Promise.all(Array.from({ length: 600 }, (_, i) => store.commit([put("/k", String(1 + i))])));
    const seen = take(store.watch("/", 300, never), 400);
    await Promise.all(Array.from({ length: 100 }, (_, i) => store.commit([put("/k", String(601 + i))])));
    const expected = Array.from({ length: 400 }, (_, i) => `/k=${301 + i}@${301 + i} was ${300 + i}@${300 + i}`);
    expect(await seen).toEqual(expected);
  });

  it("waits for a revision that is still to come", async () => {
    await using store = await keeping(open, 0);
    const seen = take(store.watch("/", 2, never), 1);
    for (const value of ["1", "2", "3"]) await store.commit([put("/a", value)]);
    expect(await seen).toEqual(["/a=3@3 was 2@2"]);
  });

  it("shows no event for a delete of what is not there", async () => {
    await using store = await keeping(open, 100);
    const live = take(store.watch("/", 0, never), 1);
    expect(await store.commit([remove("/none")])).toBe(1);
    await store.commit([put("/a", "1")]);
    expect(await live).toEqual(["/a=1@2"]);
    expect(await take(store.watch("/", 0, never), 1)).toEqual(["/a=1@2"]);
  });

  it("ends when its signal aborts: before it begins, while it waits, and between two events", async () => {
    await using store = await keeping(open, 100);
    await store.commit([put("/a", "1"), put("/b", "1")]);
    expect(await take(store.watch("/", 0, AbortSignal.abort()), 1)).toEqual([]);
    const waiting = new AbortController();
    const rest = take(store.watch("/", 1, waiting.signal), 1);
    await store.revision();
    waiting.abort();
    expect(await rest).toEqual([]);
    const between = new AbortController();
    const seen: string[] = [];
    for await (const event of store.watch("/", 0, between.signal)) {
      seen.push(show(event));
      between.abort();
    }
    expect(seen).toEqual(["/a=1@1"]);
  });

  it("ends when the store closes, but never inside a commit", async () => {
    const store = await keeping(open, 0);
    const watch = store.watch("/", 0, never)[Symbol.asyncIterator]();
    const first = watch.next();
    await store.commit([put("/a", "1"), put("/b", "1")]);
    expect((await first).value?.key).toBe("/a");
    await store[Symbol.asyncDispose]();
    expect((await watch.next()).value?.key).toBe("/b");
    expect((await watch.next()).done).toBe(true);
  });

  it("ends a consumer that falls too far behind, between two commits, and lets it resume", async () => {
    await using store = await keeping(open, 100);
    const watch = store.watch("/", 0, never)[Symbol.asyncIterator]();
    const first = watch.next();
    await store.commit([put("/a", "x"), put("/b", "x")]);
    expect((await first).value).toMatchObject({ key: "/a", revision: 1 });
    const many = Array.from({ length: 500 }, (_, i) => put(`/${i}`, "x"));
    for (let i = 0; i < 41; i++) await store.commit(many); // 20,500 events
    expect((await watch.next()).value).toMatchObject({ key: "/b", revision: 1 });
    await expect(watch.next()).rejects.toEqual(code("SPORE_EXPIRED"));
    const resumed = await take(store.watch("/", 1, never), 20_500);
    expect([resumed[0], resumed.at(-1)]).toEqual(["/0=x@2", "/499=x@42 was x@41"]);
  });

  it("costs nobody else when it is slow", async () => {
    await using store = await keeping(open, 100);
    const slow = store.watch("/", 0, never)[Symbol.asyncIterator]();
    const begun = slow.next();
    const other = take(store.watch("/499", 0, never), 45);
    const many = Array.from({ length: 500 }, (_, i) => put(`/${i}`, "x"));
    for (let i = 0; i < 45; i++) await store.commit(many);
    await begun;
    expect(await other).toHaveLength(45);
  });
}

import { expect, it } from "vitest";
import { bytes, list, put, remove, text } from "./notation.ts";
import { code, keeping, type OpenStore } from "./setup.ts";

/** Atomic, compared, counted. */
export function commitContract(open: OpenStore): void {
  it("counts revisions from 1, one for each commit", async () => {
    await using store = await keeping(open, 0);
    expect(await store.revision()).toBe(0);
    expect(await store.commit([put("/a", "1"), put("/b", "1")])).toBe(1);
    expect(await store.commit([remove("/a")])).toBe(2);
    expect(await store.revision()).toBe(2);
    expect(list(await store.range(""))).toEqual(["/b=1@1"]);
  });

  it("gives each of many concurrent commits a revision of its own, in the order of the calls", async () => {
    await using store = await keeping(open, 0);
    const calls = Array.from({ length: 300 }, (_, i) => store.commit([put(`/k${i % 7}`, String(i))]));
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  });

  it.each([
    ["another revision than the entry's", 7],
    ["no entry where there is one", 0],
  ])("refuses who expects %s, changes nothing and uses no revision", async (_what, wrong) => {
    await using store = await keeping(open, 0);
    await store.commit([put("/a", "1")]);
    await expect(store.commit([put("/b", "2"), put("/a", "2", wrong)])).rejects.toEqual(code("SPORE_CONFLICT"));
    expect(list(await store.range(""))).toEqual(["/a=1@1"]);
    expect(await store.commit([put("/a", "2", 1), put("/b", "2", 0)])).toBe(2);
  });

  it("lets one of many who expect the same revision win", async () => {
    await using store = await keeping(open, 0);
    const calls = Array.from({ length: 50 }, (_, i) => store.commit([put("/lock", String(i), 0)]));
    const results = await Promise.allSettled(calls);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", ...Array(49).fill("rejected")]);
    expect(list(await store.range(""))).toEqual(["/lock=0@1"]);
    expect(await store.revision()).toBe(1);
  });

  it("says which key did not meet its expectation", async () => {
    await using store = await keeping(open, 0);
    await store.commit([put("/a", "1")]);
    const message = "expected revision 5, found no entry";
    await expect(store.commit([put("/a", "2", 1), put("/b", "2", 5)])).rejects.toMatchObject({
      details: { causes: [{ reason: "RevisionMismatch", field: "/b", message }] },
    });
  });

  it("compares a delete as it compares a write", async () => {
    await using store = await keeping(open, 0);
    await store.commit([put("/a", "1")]);
    await expect(store.commit([remove("/a", 9)])).rejects.toEqual(code("SPORE_CONFLICT"));
    expect(await store.commit([remove("/a", 1)])).toBe(2);
    expect(await store.get("/a")).toBeUndefined();
  });

  it.each([
    ["no change", []],
    ["one key twice", [put("/a", "1"), put("/a", "2")]],
    ["an empty key", [put("", "1")]],
    ["a NUL in a key", [put("/a\0b", "1")]],
    ["half a character in a key", [put("/a\ud800", "1")]],
    ["a key of 1979 bytes", [put("/".padEnd(1979, "x"), "1")]],
    ["a key of 1979 bytes in fewer characters", [put(`xx${"€".repeat(659)}`, "1")]],
    ["too many changes", Array.from({ length: 1025 }, (_, i) => put(`/${i}`, "1"))],
  ])("refuses %s", async (_what, changes) => {
    await using store = await keeping(open, 0);
    await expect(store.commit(changes)).rejects.toEqual(code("SPORE_BAD_REQUEST"));
    expect(await store.revision()).toBe(0);
  });

  it("takes a value of 8 MiB and refuses a longer one", async () => {
    await using store = await keeping(open, 0);
    const value = new Uint8Array(8 * 1024 * 1024).fill(7);
    const longer = new Uint8Array(value.length + 1);
    await expect(store.commit([{ key: "/a", value: longer }])).rejects.toEqual(code("SPORE_TOO_LARGE"));
    await store.commit([{ key: "/a", value }]);
    const read = await store.get("/a");
    expect(read !== undefined && Buffer.compare(read.value, value)).toBe(0);
  });

  it("keeps keys of 1978 bytes apart, and values of every byte, and empty ones", async () => {
    await using store = await keeping(open, 100);
    const stem = "/".padEnd(1977, "x");
    const every = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store.commit([put(`${stem}a`, ""), { key: `${stem}b`, value: every }]);
    await store.commit([put(`${stem}a`, "later")]);
    expect((await store.get(`${stem}a`, 1))?.value).toHaveLength(0);
    expect([...((await store.get(`${stem}b`))?.value ?? [])]).toEqual([...every]);
  });

  it("is not moved by a caller that goes on using its buffer", async () => {
    await using store = await keeping(open, 0);
    const value = bytes("before");
    const commit = store.commit([{ key: "/a", value }]);
    value.fill(0);
    await commit;
    value.fill(1);
    expect(text((await store.get("/a"))?.value)).toBe("before");
  });
}

import { describe, expect, it } from "vitest";
import { ObjectCache } from "../../controller/apiserver/object-cache.ts";
import { StoredObject } from "../../controller/apiserver/stored-object.ts";

const stored = (key: string, revision: number) =>
  new StoredObject(key, revision, { kind: "K", metadata: { name: key } });

describe("ObjectCache", () => {
  it("answers for the revision and the view that it was given", () => {
    const cache = new ObjectCache();
    const object = stored("a", 2);
    cache.put("", object, 100);
    expect(cache.get("", "a", 2)).toBe(object);
    expect([cache.get("view", "a", 2), cache.get("", "a", 1), cache.get("", "a", 3), cache.get("", "b", 2)]).toEqual(
      Array.from({ length: 4 }, () => undefined),
    );
  });

  it("keeps the newest revision of a key, whichever came last", () => {
    const cache = new ObjectCache();
    for (const revision of [1, 3, 2]) cache.put("", stored("a", revision), 100);
    expect([1, 2, 3].filter((revision) => cache.get("", "a", revision))).toEqual([3]);
  });

  it("gives the room of a replaced revision, and of a removed key, to others", () => {
    const cache = new ObjectCache(2 * (4 * 100 + 512));
    for (const revision of [1, 2, 3]) cache.put("", stored("a", revision), 100);
    cache.put("", stored("b", 4), 100);
    expect(cache.get("", "a", 3)).toBeDefined();
    cache.forget("", "a");
    cache.put("", stored("c", 5), 100);
    expect([cache.get("", "a", 3), cache.get("", "b", 4)?.key, cache.get("", "c", 5)?.key]).toEqual([
      undefined,
      "b",
      "c",
    ]);
  });

  it("forgets what was not used for longest, and never grows beyond its bound", () => {
    const cache = new ObjectCache(3 * (4 * 100 + 512));
    for (const [index, key] of ["a", "b", "c"].entries()) cache.put("", stored(key, index), 100);
    expect(cache.get("", "a", 0)).toBeDefined();
    cache.put("", stored("d", 3), 100);
    expect(cache.get("", "b", 1)).toBeUndefined();
    expect([cache.get("", "a", 0), cache.get("", "c", 2), cache.get("", "d", 3)]).not.toContain(undefined);
    cache.put("", stored("huge", 4), 1_000_000);
    expect(cache.get("", "huge", 4)).toBeUndefined();
    expect(cache.get("", "d", 3)).toBeDefined();
  });
});

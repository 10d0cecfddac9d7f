import { describe, expect, it } from "vitest";
import { ObjectCache } from "../../controller/apiserver/object-cache.ts";
import { StoredObject } from "../../controller/apiserver/stored-object.ts";

const stored = (key: string, revision: number) =>
  new StoredObject(key, revision, { kind: "K", metadata: { name: key } });

describe("ObjectCache", () => {
  it("keeps versions and views apart", () => {
    const cache = new ObjectCache();
    const [first, second] = [stored("a", 1), stored("a", 2)];
    cache.put("", first, 100);
    cache.put("", second, 100);
    expect([cache.get("", "a", 1), cache.get("", "a", 2)]).toEqual([first, second]);
    expect([cache.get("view", "a", 1), cache.get("", "a", 3), cache.get("", "b", 1)]).toEqual([
      undefined,
      undefined,
      undefined,
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

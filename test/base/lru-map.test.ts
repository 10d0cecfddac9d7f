import { describe, expect, it } from "vitest";
import { LruMap } from "../../controller/base/lru-map.ts";

describe("LruMap", () => {
  it("makes a value once, and forgets the one not asked for the longest", () => {
    const map = new LruMap<string, { made: number }>(2);
    let made = 0;
    const get = (key: string) => map.getOrMake(key, () => ({ made: ++made })).made;
    expect([get("a"), get("b"), get("a"), get("c")]).toEqual([1, 2, 1, 3]);
    expect(map.size).toBe(2);
    expect([get("a"), get("b")]).toEqual([1, 4]); // b had to go for c
  });

  it("makes a value anew after it was deleted", () => {
    const map = new LruMap<string, number>(2);
    map.getOrMake("a", () => 1);
    map.delete("a");
    expect(map.getOrMake("a", () => 2)).toBe(2);
  });
});

import { describe, expect, it } from "vitest";
import { commitContract } from "./store/commit.ts";
import { compactContract } from "./store/compact.ts";
import { historyContract } from "./store/history.ts";
import { put } from "./store/notation.ts";
import { readContract } from "./store/read.ts";
import { code, keeping, never, type OpenStore } from "./store/setup.ts";
import { watchContract } from "./store/watch.ts";

/**
 * The suite that every implementation of `Store` passes.
 *
 * @param histories how many random histories to compare with the model; ten times as many in the long sweep.
 */
export function storeContract(name: string, open: OpenStore, histories: number): void {
  describe(`${name}: commit`, () => commitContract(open));
  describe(`${name}: get and range`, () => readContract(open));
  describe(`${name}: watch`, () => watchContract(open));
  describe(`${name}: compact`, () => compactContract(open));
  describe(`${name}: history`, () => historyContract(open, histories));
  it(`${name} refuses everything once it is closed`, async () => {
    const store = await keeping(open, 0);
    await store.commit([put("/a", "1")]);
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    const closed = code("SPORE_UNAVAILABLE");
    await expect(store.revision()).rejects.toEqual(closed);
    await expect(store.get("/a")).rejects.toEqual(closed);
    await expect(store.range("/")).rejects.toEqual(closed);
    await expect(store.commit([put("/a", "2")])).rejects.toEqual(closed);
    await expect(store.compact(1)).rejects.toEqual(closed);
    expect(() => store.watch("/", 0, never)).toThrow(closed);
  });
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairQueue } from "../../controller/runtime/fair-queue.ts";

describe("FairQueue", () => {
  it("lets lanes take turns", () => {
    const queue = new FairQueue<string>();
    for (const item of ["a1", "a2", "a3", "a4"]) queue.push("a", item);
    for (const item of ["b1", "b2"]) queue.push("b", item);
    queue.push("c", "c1");
    const order = Array.from({ length: 8 }, () => queue.shift());
    expect(order).toEqual(["a1", "b1", "c1", "a2", "b2", "a3", "a4", undefined]);
  });

  it("takes an item out of the middle", () => {
    const queue = new FairQueue<string>();
    for (const item of ["a1", "a2", "a3"]) queue.push("a", item);
    expect([queue.remove("a", "a2"), queue.remove("a", "a2"), queue.remove("b", "a1")]).toEqual([true, false, false]);
    expect([queue.size, queue.shift(), queue.shift(), queue.shift()]).toEqual([2, "a1", "a3", undefined]);
  });

  it("gives every item once, and starves no lane", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(4), { maxLength: 60 }), (lanes) => {
        const queue = new FairQueue<number>();
        lanes.forEach((lane, item) => {
          queue.push(String(lane), item);
        });
        const given: number[] = [];
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) given.push(item);
        expect([...given].sort((a, b) => a - b)).toEqual(lanes.map((_lane, item) => item));
        // A lane's n-th item comes after no more than n-1 of each other lane.
        given.forEach((item, position) => {
          const before = given.slice(0, position).filter((other) => lanes[other] === lanes[item]).length;
          expect(position).toBeLessThan((before + 1) * new Set(lanes).size);
        });
      }),
    );
  });
});

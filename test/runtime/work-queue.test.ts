import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WorkQueue } from "../../controller/runtime/work-queue.ts";

describe("WorkQueue", () => {
  it("hands out keys in the order of their first change", () => {
    const queue = new WorkQueue<string>();
    for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
    expect([queue.next(), queue.next(), queue.next(), queue.next()]).toEqual(["a", "b", "c", undefined]);
  });

  it("hands out a key changed during work once more, after the work", () => {
    const queue = new WorkQueue<string>();
    queue.add("a");
    expect(queue.next()).toBe("a");
    queue.add("a");
    queue.add("a");
    expect(queue.next()).toBeUndefined();
    queue.done("a");
    expect([queue.next(), queue.next()]).toEqual(["a", undefined]);
    queue.done("a");
    expect([queue.next(), queue.waiting, queue.active]).toEqual([undefined, 0, 0]);
  });

  it("lets others go first when a key comes back", () => {
    const queue = new WorkQueue<string>();
    queue.add("a");
    queue.add("b");
    queue.next();
    queue.add("a");
    queue.done("a");
    expect([queue.next(), queue.next()]).toEqual(["b", "a"]);
  });

  it("ignores done for a key that nobody has", () => {
    const queue = new WorkQueue<string>();
    queue.add("a");
    queue.done("a");
    queue.done("b");
    expect([queue.next(), queue.next()]).toEqual(["a", undefined]);
  });

  it("never loses a change and never gives one key to two workers, whatever the interleaving", () => {
    const step = fc.oneof(
      fc.record({ verb: fc.constant("add" as const), key: fc.integer({ min: 0, max: 5 }) }),
      fc.record({ verb: fc.constant("next" as const) }),
      fc.record({ verb: fc.constant("done" as const), pick: fc.nat(10) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const queue = new WorkQueue<number>();
        const active: number[] = [];
        const unseen = new Set<number>(); // changed, and no worker began since
        const begin = () => {
          const key = queue.next();
          if (key === undefined) return false;
          expect(active).not.toContain(key);
          expect(unseen.delete(key)).toBe(true); // no work without a change
          active.push(key);
          return true;
        };
        const finish = (pick: number) => {
          const [key] = active.splice(pick % Math.max(active.length, 1), 1);
          if (key !== undefined) queue.done(key);
        };
        for (const one of steps) {
          if (one.verb === "add") {
            queue.add(one.key);
            unseen.add(one.key);
          } else if (one.verb === "next") begin();
          else finish(one.pick);
          expect(queue.active).toBe(active.length);
        }
        while (active.length > 0 || unseen.size > 0) {
          while (begin()); // everything that may be handed out
          expect(active.length).toBeGreaterThan(0);
          finish(0);
        }
        expect([queue.waiting, queue.active]).toEqual([0, 0]);
      }),
      { numRuns: 1000 },
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Fifo } from "../../controller/base/fifo.ts";

describe("Fifo", () => {
  it("gives back what was put in, in order, like an array", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 500 }), (pushes) => {
        const fifo = new Fifo<number>();
        const model: number[] = [];
        pushes.forEach((push, index) => {
          if (push) {
            fifo.push(index);
            model.push(index);
          } else expect(fifo.shift()).toBe(model.shift());
          expect(fifo.size).toBe(model.length);
        });
        while (model.length > 0) expect(fifo.shift()).toBe(model.shift());
        expect(fifo.shift()).toBeUndefined();
      }),
    );
  });
});

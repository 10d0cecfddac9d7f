import { describe, expect, it } from "vitest";
import { KeyedLock } from "../../controller/apiserver/keyed-lock.ts";

describe("KeyedLock", () => {
  it("lets one at a time work on a key, in the order of asking, also after a failure", async () => {
    const lock = new KeyedLock();
    const log: string[] = [];
    const work = (name: string, fails = false) =>
      lock.run("key", async () => {
        log.push(`${name} begins`);
        await Promise.resolve();
        log.push(`${name} ends`);
        if (fails) throw new TypeError(name);
        return name;
      });
    const all = await Promise.allSettled([work("a"), work("b", true), work("c")]);
    expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends", "c begins", "c ends"]);
  });

  it("does not make other keys wait", async () => {
    const lock = new KeyedLock();
    let release = () => {};
    const held = lock.run("a", () => new Promise<void>((resolve) => (release = resolve)));
    expect(await lock.run("b", async () => "free")).toBe("free");
    release();
    await held;
  });
});

import { describe, expect, it } from "vitest";
import { keyText } from "../../controller/api/meta.ts";
import { BoundedExecutor } from "../../controller/runtime/bounded-executor.ts";
import { ManualClock } from "../support/manual-clock.ts";

const options = { lane: "default/lab", timeoutMs: 60_000 };

/** An executor that runs, and actions that end when the test says so. */
function open(parallel: number) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const executor = new BoundedExecutor<string>({ name: "ota", parallel, clock });
  const woken: string[] = [];
  executor.ended((key) => woken.push(keyText(key)));
  const running = new Map<string, (result: string) => void>();
  const action =
    (name: string, obedient = true) =>
    (signal: AbortSignal) =>
      new Promise<string>((resolve, reject) => {
        running.set(name, (result) => {
          running.delete(name);
          resolve(result);
        });
        if (!obedient) return;
        signal.addEventListener("abort", () => {
          running.delete(name);
          reject(signal.reason);
        });
      });
  const start = (name: string, lane = options.lane, obedient = true) =>
    executor.start({ name }, { ...options, lane }, action(name, obedient));
  return { clock, stop, executor, woken, running, start, over: executor.run(stop.signal) };
}

describe("BoundedExecutor", () => {
  it("runs as many actions at a time as it may, lanes in turns", async () => {
    const { clock, running, start, stop, over } = open(2);
    for (const name of ["a1", "a2", "a3"]) start(name, "a");
    start("b1", "b");
    await clock.settle();
    expect([...running.keys()]).toEqual(["a1", "a2"]);
    running.get("a1")?.("done");
    await clock.settle();
    expect([...running.keys()]).toEqual(["a2", "a3"]);
    running.get("a2")?.("done");
    await clock.settle();
    expect([...running.keys()]).toEqual(["a3", "b1"]);
    stop.abort("stop");
    await over;
  });

  it("keeps the result until it is collected, and wakes the key", async () => {
    const { clock, executor, running, start, woken } = open(1);
    const key = { name: "a" };
    expect(executor.status(key)).toBeUndefined();
    start("a");
    start("b");
    expect([executor.status(key), executor.status({ name: "b" })]).toEqual([{ kind: "running" }, { kind: "waiting" }]);
    expect(executor.collect(key)).toBeUndefined();
    running.get("a")?.("flashed");
    await clock.settle();
    expect(woken).toEqual(["a"]);
    expect(executor.status(key)).toEqual({ kind: "ended", result: "flashed" });
    expect(executor.collect(key)).toEqual({ kind: "ended", result: "flashed" });
    expect([executor.status(key), executor.collect(key)]).toEqual([undefined, undefined]);
  });

  it("has one action per key, until its end was collected", async () => {
    const { clock, executor, running, start } = open(1);
    start("a");
    expect(() => start("a")).toThrowError(expect.objectContaining({ code: "SPORE_CONFLICT" }));
    running.get("a")?.("done");
    await clock.settle();
    expect(() => start("a")).toThrowError(expect.objectContaining({ code: "SPORE_CONFLICT" }));
    executor.collect({ name: "a" });
    start("a");
    expect(executor.status({ name: "a" })).toEqual({ kind: "running" });
  });

  it("keeps the error of an action that threw, and goes on", async () => {
    const { clock, executor, start } = open(1);
    executor.start({ name: "a" }, options, async () => {
      throw new Error("cable pulled");
    });
    start("b");
    await clock.settle();
    expect(executor.collect({ name: "a" })).toMatchObject({ kind: "failed", error: { message: "cable pulled" } });
    expect(executor.status({ name: "b" })).toEqual({ kind: "running" });
  });

  it("aborts an action that runs, which may take its time", async () => {
    const { clock, executor, running, start, woken } = open(1);
    start("a", options.lane, false);
    await clock.settle();
    executor.abort({ name: "a" }, "paused");
    expect(executor.status({ name: "a" })).toEqual({ kind: "aborting" });
    running.get("a")?.("last byte was sent already");
    await clock.settle();
    expect([executor.collect({ name: "a" }), woken]).toEqual([
      { kind: "ended", result: "last byte was sent already" },
      ["a"],
    ]);
  });

  it("aborts an action that waits, at once and without running it", async () => {
    const { clock, executor, running, start, woken } = open(1);
    start("a");
    start("b");
    executor.abort({ name: "b" }, "paused");
    expect([executor.collect({ name: "b" }), woken]).toEqual([{ kind: "failed", error: "paused" }, ["b"]]);
    running.get("a")?.("done");
    await clock.settle();
    expect([...running.keys()]).toEqual([]);
    executor.abort({ name: "nobody" }, "paused");
  });

  it("stops an action that takes too long", async () => {
    const { clock, executor, start } = open(1);
    start("a");
    await clock.advance(59_999);
    expect(executor.status({ name: "a" })).toEqual({ kind: "running" });
    await clock.advance(1);
    expect(executor.collect({ name: "a" })).toMatchObject({ kind: "failed", error: { code: "SPORE_TIMEOUT" } });
  });

  it("aborts and forgets everything when it stops, and can run again", async () => {
    const { clock, executor, running, start, stop, over, woken } = open(1);
    start("a");
    start("b");
    await clock.settle();
    stop.abort("stop");
    expect(() => start("c")).toThrowError(expect.objectContaining({ code: "SPORE_UNAVAILABLE" }));
    await over;
    expect(["a", "b"].map((name) => executor.status({ name }))).toEqual([undefined, undefined]);
    expect([running.size, clock.timers, woken]).toEqual([0, 0, ["a"]]);
    const again = new AbortController();
    const second = executor.run(again.signal);
    start("b");
    await clock.settle();
    expect([...running.keys()]).toEqual(["b"]);
    again.abort();
    await second;
  });

  it("waits, when it stops, for an action that does not listen", async () => {
    const { clock, running, start, stop, over } = open(1);
    start("a", options.lane, false);
    await clock.settle();
    stop.abort("stop");
    let ended = false;
    void over.then(() => {
      ended = true;
    });
    await clock.settle();
    expect(ended).toBe(false);
    running.get("a")?.("late");
    await over;
  });
});

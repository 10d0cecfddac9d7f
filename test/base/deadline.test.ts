import { describe, expect, it } from "vitest";
import { abortOf, Deadline, untilAborted } from "../../controller/base/deadline.ts";
import { isSporeError } from "../../controller/base/errors.ts";
import { ManualClock } from "../support/manual-clock.ts";

describe("Deadline", () => {
  it("aborts with SPORE_TIMEOUT when time is up", async () => {
    const clock = new ManualClock();
    using deadline = new Deadline(clock, new AbortController().signal, 1500, "asking");
    await clock.advance(1499);
    expect(deadline.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(isSporeError(deadline.signal.reason, "SPORE_TIMEOUT")).toBe(true);
    expect(deadline.signal.reason.message).toBe("asking took longer than 1.5 s");
    expect(deadline.expired).toBe(true);
  });

  it("aborts with its parent, for the parent's reason", async () => {
    const clock = new ManualClock();
    const parent = new AbortController();
    using deadline = new Deadline(clock, parent.signal, 1000, "asking");
    parent.abort("stop");
    expect([deadline.signal.reason, deadline.expired, clock.timers]).toEqual(["stop", false, 0]);
    using late = new Deadline(clock, parent.signal, 1000, "asking");
    expect([late.signal.aborted, clock.timers]).toEqual([true, 0]);
  });

  it("lets go of timer and parent when disposed", async () => {
    const clock = new ManualClock();
    const parent = new AbortController();
    const deadline = new Deadline(clock, parent.signal, 1000, "asking");
    deadline[Symbol.dispose]();
    parent.abort();
    await clock.advance(2000);
    expect([deadline.signal.aborted, clock.timers]).toEqual([false, 0]);
  });

  it("counts no time once lifted, and still hears its parent", async () => {
    const clock = new ManualClock();
    const parent = new AbortController();
    using deadline = new Deadline(clock, parent.signal, 1000, "asking");
    deadline.lift();
    await clock.advance(5000);
    expect(deadline.signal.aborted).toBe(false);
    parent.abort("stop");
    expect(deadline.signal.reason).toBe("stop");
  });
});

describe("untilAborted", () => {
  it("gives what the promise gives", async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(1), signal)).toBe(1);
    await expect(untilAborted(Promise.reject(new Error("no")), signal)).rejects.toThrow("no");
  });

  it("rejects at once when the signal aborts, and when it has", async () => {
    const controller = new AbortController();
    const waiting = untilAborted(new Promise(() => {}), controller.signal);
    controller.abort("stop");
    await expect(waiting).rejects.toBe("stop");
    await expect(untilAborted(new Promise(() => {}), controller.signal)).rejects.toBe("stop");
  });
});

describe("abortOf", () => {
  it("resolves when the signal aborts, also when it has before", async () => {
    const controller = new AbortController();
    const waiting = abortOf(controller.signal);
    controller.abort();
    await waiting;
    await abortOf(controller.signal);
  });
});

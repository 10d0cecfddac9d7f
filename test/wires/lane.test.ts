import { setMaxListeners } from "node:events";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Lane, type LaneUse } from "../../controller/wires/lane.ts";
import { Lanes } from "../../controller/wires/lanes.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new AbortController().signal;
setMaxListeners(0, never); // more wait here at once than on any signal of the product
const code = (wanted: string) => expect.objectContaining({ code: wanted });

let clock: ManualClock;
let lane: Lane;

beforeEach(() => {
  clock = new ManualClock();
  lane = new Lane(clock);
});

/** Holds the lane until the returned function is called. */
function hold(use: LaneUse = "read"): { readonly release: () => void; readonly done: Promise<void> } {
  let release: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { release, done: lane.run(use, () => held, never) };
}

describe("Lane", () => {
  it("lets one use in at a time, writes first, each kind in order", async () => {
    const order: string[] = [];
    const { release } = hold();
    const uses = [
      ["read", "r1"],
      ["write", "w1"],
      ["read", "r2"],
      ["write", "w2"],
    ] as const;
    const all = uses.map(([use, name]) => lane.run(use, async () => order.push(name), never));
    await clock.settle();
    expect(order).toEqual([]);
    release();
    await Promise.all(all);
    expect(order).toEqual(["w1", "w2", "r1", "r2"]);
    expect(lane.idle).toBe(true);
  });

  it("goes on after a use that failed", async () => {
    await expect(lane.run("read", () => Promise.reject(new RangeError("broken")), never)).rejects.toThrow("broken");
    expect(await lane.run("read", async () => "next", never)).toBe("next");
  });

  it("refuses more than it can keep waiting", async () => {
    const { release, done } = hold();
    const waiting = Array.from({ length: 16 }, () => lane.run("write", async () => {}, never));
    await expect(lane.run("write", async () => {}, never)).rejects.toThrow(code("SPORE_UNAVAILABLE"));
    release();
    await Promise.all([done, ...waiting]);
  });

  it("lets a use that is called off leave the queue", async () => {
    const { release, done } = hold();
    const stop = new AbortController();
    const waiting = lane.run("read", async () => "never", stop.signal);
    stop.abort(new RangeError("called off"));
    await expect(waiting).rejects.toThrow("called off");
    release();
    await done;
    expect(lane.idle).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it("does not begin what was called off before", async () => {
    await expect(lane.run("read", async () => {}, AbortSignal.abort(new RangeError("off")))).rejects.toThrow("off");
  });

  it.each<[LaneUse, number]>([
    ["read", 30_000],
    ["write", 240_000],
  ])("lets a %s wait %i ms for its turn", async (use, limitMs) => {
    const { release, done } = hold("write");
    const waiting = expect(lane.run(use, async () => {}, never)).rejects.toThrow(code("SPORE_UNAVAILABLE"));
    await clock.advance(limitMs - 1);
    expect(lane.idle).toBe(false);
    await clock.advance(1);
    await waiting;
    release();
    await done;
  });

  it("leaves a device alone that did not answer three times, ever longer, and at most a minute", async () => {
    const waits: number[] = [];
    for (let n = 0; n < 9; n++) {
      lane.answered(false);
      let waited = 0;
      while (await lane.run("read", async () => false, never).catch(() => true)) {
        await clock.advance(1000);
        waited++;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([0, 0, 5, 10, 20, 40, 60, 60, 60]);
  });

  it("asks a device again as soon as it is heard", async () => {
    for (let n = 0; n < 5; n++) lane.answered(false);
    await expect(lane.run("write", async () => {}, never)).rejects.toThrow(code("SPORE_DEVICE_UNREACHABLE"));
    lane.answered(true);
    await expect(lane.run("write", async () => "asked", never)).resolves.toBe("asked");
  });

  it("never lets two in and never forgets one, however uses come, end and are called off", async () => {
    const use = fc.record({
      kind: fc.constantFrom<LaneUse>("read", "write"),
      calledOff: fc.boolean(),
      turns: fc.nat(3),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(use, { maxLength: 15 }), async (uses) => {
        const fresh = new Lane(clock);
        let inside = 0;
        let worst = 0;
        const all = uses.map(async ({ kind, calledOff, turns }) => {
          const stop = new AbortController();
          const run = fresh.run(
            kind,
            async () => {
              worst = Math.max(worst, ++inside);
              for (let turn = 0; turn < turns; turn++) await Promise.resolve();
              inside--;
            },
            stop.signal,
          );
          if (calledOff) stop.abort(new RangeError("off"));
          await run.catch((error: unknown) => expect(error).toBeInstanceOf(RangeError));
        });
        await Promise.all(all);
        expect(worst).toBeLessThanOrEqual(1);
        expect(fresh.idle).toBe(true);
      }),
    );
  });
});

describe("Lanes", () => {
  it("gives one lane to a device, with its name and without, and follows it to another address", () => {
    const lanes = new Lanes(clock);
    const first = lanes.of("10.0.0.1:80");
    expect(lanes.of("10.0.0.1:80", "esp_A")).toBe(first);
    expect(lanes.of("10.0.0.9:80", "esp_A")).toBe(first);
    expect(lanes.of("10.0.0.9:80")).toBe(first);
  });

  it("gives another device on a known address a lane of its own", () => {
    const lanes = new Lanes(clock);
    const first = lanes.of("10.0.0.1:80", "esp_A");
    expect(lanes.of("10.0.0.1:80", "esp_B")).not.toBe(first);
    expect(lanes.of("10.0.0.1:80", "esp_A")).toBe(first);
  });

  it("lets a device that was heard be asked again", async () => {
    const lanes = new Lanes(clock);
    for (let n = 0; n < 3; n++) lanes.of("10.0.0.1:80", "esp_A").answered(false);
    lanes.heard("esp_A");
    await expect(lanes.of("10.0.0.1:80").run("read", async () => "asked", never)).resolves.toBe("asked");
  });

  it("is bounded, and keeps the lanes that are in use", async () => {
    const lanes = new Lanes(clock);
    const used = lanes.of("10.0.0.1:80");
    let release: () => void = () => {};
    const done = used.run("read", () => new Promise<void>((resolve) => (release = resolve)), never);
    const idle = lanes.of("10.0.0.2:80");
    for (let n = 0; n < 20_001; n++) lanes.of(`11.${n >> 8}.0.${n & 255}:80`);
    expect(lanes.of("10.0.0.1:80")).toBe(used);
    expect(lanes.of("10.0.0.2:80")).not.toBe(idle);
    release();
    await done;
  });
});

import { describe, expect, it } from "vitest";
import { seededRandom } from "../../../controller/base/random.ts";
import { type FaultName, Faults } from "../../../controller/simulator/spore/faults.ts";
import type { NodeParts, NodeState } from "../../../controller/simulator/spore/node-state.ts";
import { physicsPresets } from "../../../controller/simulator/spore/physics.ts";
import { profiles } from "../../../controller/simulator/spore/profiles.ts";
import { imageOf, nodeState } from "../../support/node-state.ts";

const esp01 = physicsPresets.esp01;
const copyingMs = 100 * esp01.copyMsPerSector;

function withFault(name: FaultName, parts: Partial<NodeParts> = {}): NodeState {
  const faults = new Faults();
  faults.set(name);
  return nodeState({ faults, ...parts });
}

/** Runs the state from `fromMs`; says when each phase began. */
function history(state: NodeState, fromMs: number): string[] {
  const phases: string[] = [];
  for (let nowMs: number | undefined = fromMs; nowMs !== undefined; nowMs = state.nextChangeMs) {
    state.advance(nowMs);
    phases.push(`${state.phase.kind} ${Math.round(nowMs - fromMs)}`);
    if (phases.length > 50) break;
  }
  return phases;
}

describe("a node's boot", () => {
  it("takes the time of its physics, phase by phase", () => {
    const state = nodeState({ physics: { ...esp01, joinMinMs: 3000, joinMaxMs: 3000 } });
    state.powerOn(1000);
    expect(history(state, 1000)).toEqual(["starting 0", "joining 600", "up 3600"]);
    expect(state.uptimeMs(11_000)).toBe(10_000);
    expect(state.resetReason).toBe("Power On");
  });

  it("copies a staged image first, and then says that it runs it", () => {
    const state = nodeState({ physics: { ...esp01, joinMinMs: 3000, joinMaxMs: 3000 } });
    state.settle(0);
    const before = state.bootId;
    state.stage(imageOf("1.1.0"));
    expect(state.image.version).toBe("1.0.0");
    state.restart(0);
    expect(history(state, 0)).toEqual([
      "copying 0",
      `starting ${copyingMs}`,
      `joining ${copyingMs + 600}`,
      `up ${copyingMs + 3600}`,
    ]);
    expect(state.image.version).toBe("1.1.0");
    expect(state.bootId).not.toBe(before);
    expect(state.resetReason).toBe("Software/System restart");
  });

  it("draws the time to join from its own chance, the same for the same seed", () => {
    const joined = (seed: number) => {
      const state = nodeState({ physics: esp01, random: seededRandom(seed) });
      state.powerOn(0);
      return history(state, 0).at(-1);
    };
    const times = new Set(Array.from({ length: 20 }, (_, seed) => joined(seed)));
    expect(times.size).toBeGreaterThan(10);
    expect(joined(3)).toBe(joined(3));
  });

  it("keeps labels, configuration and fence", () => {
    const state = nodeState();
    state.settle(0);
    state.setLabels({ room: "lab" });
    state.setConfig({ site: "roof" });
    state.keepFence(7, "aa");
    state.stage(imageOf("1.1.0"));
    state.restart(0);
    state.advance(0);
    expect(state.labels).toEqual({ app: "lab-sensor", room: "lab" });
    expect(state.config.site).toBe("roof");
    expect([state.isStale(6, "aa"), state.isStale(7, "aa"), state.isStale(7, "bb"), state.isStale(8, "bb")]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe("a power cut", () => {
  it("before the copy leaves the old image, because the command was in RTC memory", () => {
    const state = nodeState();
    state.settle(0);
    state.stage(imageOf("1.1.0"));
    state.powerCut();
    expect(state.phase).toEqual({ kind: "off" });
    state.powerOn(0);
    state.advance(0);
    expect(state.isUp).toBe(true);
    expect(state.image.version).toBe("1.0.0");
  });

  it("during the copy leaves a board that only a cable brings back", () => {
    const state = nodeState({ physics: esp01 });
    state.settle(0);
    state.stage(imageOf("1.1.0"));
    state.restart(0);
    state.advance(copyingMs / 2);
    state.powerCut();
    state.powerOn(copyingMs);
    expect(history(state, copyingMs).at(-1)).toBe("lost 600");
    expect(state.phase).toEqual({ kind: "lost", why: "image does not start" });
    state.powerCut();
    state.flashOverCable(imageOf("1.0.0"));
    state.powerOn(100_000);
    history(state, 100_000);
    expect(state.isUp).toBe(true);
  });

  it("can be had at half of the copy as a fault, once", () => {
    const state = withFault("power-cut-copy", { physics: esp01 });
    state.settle(0);
    state.stage(imageOf("1.1.0"));
    state.restart(0);
    expect(history(state, 0)).toEqual(["copying 0", `off ${copyingMs / 2}`]);
    state.powerOn(copyingMs);
    history(state, copyingMs);
    expect(state.phase).toEqual({ kind: "lost", why: "image does not start" });
    expect(state.faults.has("power-cut-copy")).toBe(false);
  });

  it("does nothing to a board that is off, and cannot restart it", () => {
    const state = nodeState();
    state.powerCut();
    state.restart(0);
    expect(state.phase).toEqual({ kind: "off" });
  });
});

describe("a bad image", () => {
  it("that crashes at start ends in safe mode at the fourth boot, where an update helps", () => {
    const state = nodeState();
    state.settle(0);
    state.stage(imageOf("1.1.1", "crashes"));
    state.restart(0);
    expect(history(state, 0)).toEqual(["up 0"]);
    expect(state.reportedState).toBe("safe");
    expect(state.resetReason).toBe("Exception");
    state.stage(imageOf("1.1.2"));
    state.restart(0);
    state.advance(0);
    expect(state.inSafeMode).toBe(false);
    expect(state.image.version).toBe("1.1.2");
  });

  it("crashes three times, each after its time, before safe mode", () => {
    const state = nodeState({ physics: { ...esp01, joinMinMs: 0, joinMaxMs: 0 } });
    state.settle(0);
    state.stage(imageOf("1.1.1", "crashes"));
    state.restart(0);
    const cycle = esp01.bootMs + esp01.crashAfterMs;
    expect(history(state, 0).at(-1)).toBe(`up ${copyingMs + 3 * cycle + esp01.bootMs}`);
    expect(state.inSafeMode).toBe(true);
  });

  it("that crashes on an upstream board takes it off the network, because there is no safe mode", () => {
    const state = nodeState({ profile: profiles["upstream-g3"] });
    state.settle(0);
    state.stage(imageOf("1.1.1", "crashes"));
    state.restart(0);
    state.advance(0);
    expect(state.phase).toEqual({ kind: "lost", why: "application crashes" });
  });

  it("crashes with the fault crash-loop, whatever the image", () => {
    const state = withFault("crash-loop");
    state.settle(0);
    state.stage(imageOf("1.1.0"));
    state.restart(0);
    state.advance(0);
    expect(state.inSafeMode).toBe(true);
  });

  it("after restarts that somebody asked for is not suspected", () => {
    const state = nodeState();
    state.settle(0);
    for (let turn = 0; turn < 10; turn++) {
      state.restart(turn);
      state.advance(turn);
    }
    expect(state.reportedState).toBe("ok");
  });
});

describe("a node's faults", () => {
  it("lying-version: it runs the new image and reports the old one", () => {
    const state = withFault("lying-version");
    state.settle(0);
    state.stage(imageOf("1.1.0"));
    state.restart(0);
    state.advance(0);
    expect(state.image.version).toBe("1.0.0");
    expect(state.flashed.version).toBe("1.1.0");
  });

  it("no-wifi: it starts and is not seen again", () => {
    const state = withFault("no-wifi");
    state.settle(0);
    state.restart(0);
    state.advance(0);
    expect(state.phase).toEqual({ kind: "lost", why: "no network" });
  });

  it("foreign-identity: another board answers, at the same address", () => {
    const [own, foreign] = [nodeState().board, withFault("foreign-identity").board];
    expect(foreign.address).toBe(own.address);
    expect(foreign.chipId).not.toBe(own.chipId);
  });

  it("forgets-writes: nothing that it is told stays", () => {
    const state = withFault("forgets-writes");
    const hash = state.configHash;
    state.setLabels({ room: "lab" });
    state.setConfig({ site: "roof" });
    expect([state.ownLabels, state.configHash]).toEqual([{}, hash]);
  });
});

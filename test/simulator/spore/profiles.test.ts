import { describe, expect, it } from "vitest";
import type { Fleet } from "../../../controller/simulator/spore/fleet.ts";
import type { ProfileName } from "../../../controller/simulator/spore/profiles.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { bootFleet, listen, nodeOf, until } from "../../support/spore-fleet.ts";

/** What a node of `profile` broadcasts within a minute, by the first word of each message, and how often. */
async function minuteOf(profile: ProfileName): Promise<Record<string, number>> {
  const clock = new ManualClock();
  const fleet = await bootFleet({ profile, clock });
  const { heard } = await listen(fleet.broadcast, fleet.udpPort);
  await clock.advance(60_000);
  await until(() => heard.length === fleet.traffic.sent, "all broadcasts arrive");
  const counts: Record<string, number> = {};
  for (const { text } of heard) {
    const word = text.split(":", 1)[0] ?? "";
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

/** What the fleet answers to `message`, with hostnames replaced by H and bodies by their keys. */
async function answersTo(profile: ProfileName, message: string): Promise<string[]> {
  const clock = new ManualClock();
  const fleet = await bootFleet({
    profile,
    clock,
    config: { discovery_interval_ms: 3_600_000, heartbeat_interval_ms: 3_600_000 },
  });
  return ask(fleet, clock, message);
}

async function ask(fleet: Fleet, clock: ManualClock, message: string): Promise<string[]> {
  const { node, device } = nodeOf(fleet);
  const { heard, socket } = await listen("127.0.0.1", 0);
  const before = fleet.traffic.received;
  socket.send(message, fleet.udpPort, device.address);
  await until(() => fleet.traffic.received > before, "the node hears");
  await clock.advance(200);
  await new Promise<void>((resolve) => socket.send("end", socket.address().port, "127.0.0.1", () => resolve()));
  await until(() => heard.at(-1)?.text === "end", "everything arrives");
  return heard.slice(0, -1).map(({ text }) =>
    text
      .replace(node.board.hostname, "H")
      .replace(node.board.address, "A")
      .replace(/\{.*\}$/, (json) => Object.keys(JSON.parse(json)).join(" ")),
  );
}

const chip = "freeHeap chipId sdkVersion cpuFreqMHz flashChipSize";

describe("what a node broadcasts in a minute", () => {
  it.each([
    ["upstream-g1", { CLUSTER_DISCOVERY: [54, 67] }],
    ["upstream-g2", { CLUSTER_DISCOVERY: [54, 67], CLUSTER_HEARTBEAT: [10, 14] }],
    ["upstream-g3", { CLUSTER_HEARTBEAT: [10, 14], NODE_UPDATE: [10, 14] }],
    ["spore", { CLUSTER_DISCOVERY: [5, 7], CLUSTER_HEARTBEAT: [27, 34], NODE_UPDATE: [10, 14] }],
  ] as const)("as %s", async (profile, expected: Record<string, readonly [number, number]>) => {
    const counts = await minuteOf(profile);
    expect(Object.keys(counts).sort()).toEqual(Object.keys(expected).sort());
    for (const [word, [low, high]] of Object.entries(expected)) {
      expect(counts[word], word).toBeGreaterThanOrEqual(low);
      expect(counts[word], word).toBeLessThanOrEqual(high);
    }
  });
});

describe("what a node answers", () => {
  it.each([
    ["upstream-g1", "CLUSTER_DISCOVERY", ["CLUSTER_RESPONSE:H:A"]],
    ["upstream-g1", "CLUSTER_HEARTBEAT:esp_FFFFFF", []],
    ["upstream-g1", "SPORE_PROBE:1f", []],
    ["upstream-g2", "CLUSTER_DISCOVERY", ["CLUSTER_RESPONSE:H"]],
    ["upstream-g2", "CLUSTER_HEARTBEAT:esp_FFFFFF", [`CLUSTER_NODE_INFO:H:${chip} labels`]],
    ["upstream-g3", "CLUSTER_DISCOVERY", []],
    ["upstream-g3", "CLUSTER_HEARTBEAT:esp_FFFFFF", [`NODE_UPDATE:H:${chip} labels`]],
    ["upstream-g3", "SPORE_PROBE:1f", []],
    ["spore", "CLUSTER_DISCOVERY", ["CLUSTER_RESPONSE:H"]],
    ["spore", "CLUSTER_HEARTBEAT:esp_FFFFFF", [`NODE_UPDATE:H:${chip} labels up boot ver port st cfg md5`]],
    ["spore", "SPORE_PROBE:1f", ["SPORE_PONG:1f:H"]],
    ["spore", "cluster/heartbeat:esp_FFFFFF", [`NODE_UPDATE:H:${chip} labels up boot ver port st cfg md5`]],
    ["spore", "nonsense", []],
  ] as const)("as %s to %s", async (profile, message, answers) => {
    expect(await answersTo(profile, message)).toEqual(answers);
  });

  it("our nodes answer one source once in 2 s, and upstream ones each time", async () => {
    for (const [profile, count] of [
      ["spore", 1],
      ["upstream-g2", 3],
    ] as const) {
      const clock = new ManualClock();
      const fleet = await bootFleet({ profile, clock });
      const answers = [];
      for (let turn = 0; turn < 3; turn++) answers.push(...(await ask(fleet, clock, "CLUSTER_DISCOVERY")));
      expect(answers).toHaveLength(count);
      await clock.advance(2000);
      expect(await ask(fleet, clock, "CLUSTER_DISCOVERY")).toHaveLength(1);
    }
  });

  it("our nodes speak the second generation to a peer that does", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ clock });
    expect(await ask(fleet, clock, 'CLUSTER_NODE_INFO:esp_FFFFFF:{"freeHeap":1}')).toEqual([]);
    const [answer] = await ask(fleet, clock, "CLUSTER_HEARTBEAT:esp_FFFFFF");
    expect(answer).toMatch(/^CLUSTER_NODE_INFO:H:/);
    await clock.advance(60_000);
    expect((await ask(fleet, clock, "CLUSTER_HEARTBEAT:esp_FFFFFF"))[0]).toMatch(/^NODE_UPDATE:H:/);
  });

  it("a nameless node leaves its name out", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ profile: "upstream-g1", clock });
    nodeOf(fleet).node.setFault("nameless");
    expect(await ask(fleet, clock, "CLUSTER_DISCOVERY")).toEqual(["CLUSTER_RESPONSE"]);
  });
});

describe("nodes of a small fleet", () => {
  it("hear one another, and list each other as members", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ count: 3, clock });
    const membersOf = () => fleet.nodes.map(({ state }) => state.members.list(clock.monotonic()).length);
    for (let turn = 0; turn < 40 && membersOf().some((count) => count < 2); turn++) {
      await clock.advance(500);
      await until(() => fleet.traffic.received > 0, "datagrams arrive");
    }
    expect(membersOf()).toEqual([2, 2, 2]);
  });

  it("of more than 32 nodes do not", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ count: 33, clock });
    await clock.advance(10_000);
    await until(() => fleet.traffic.received > 100, "broadcasts come back");
    expect(fleet.nodes.every(({ state }) => state.members.list(clock.monotonic()).length === 0)).toBe(true);
  });
});

describe("a seed", () => {
  it("repeats a run to the byte and the millisecond; another gives another run", async () => {
    const run = async (seed: number) => {
      const clock = new ManualClock();
      const fleet = await bootFleet({
        // More than 32, so that nothing depends on when the machine delivers what they hear of one another.
        count: 40,
        base: "127.23.0.1",
        httpPort: 8123,
        config: { udp_port: 4210 },
        faults: [{ name: "loss", value: 20, share: 0.5 }],
        clock,
        seed,
      });
      const { heard } = await listen(fleet.broadcast, fleet.udpPort);
      const log: string[] = [];
      for (let nowMs = 0; nowMs < 10_000; nowMs += 100) {
        await clock.advance(100);
        await until(() => log.length + heard.length === fleet.traffic.sent, "broadcasts arrive");
        log.push(
          ...heard
            .splice(0)
            .map(({ from, text }) => `${nowMs} ${from} ${text}`)
            .sort(),
        );
      }
      await fleet.stop();
      return log;
    };
    const first = await run(7);
    expect(first.length).toBeGreaterThan(200);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });
});

import { createSocket, type Socket } from "node:dgram";
import { afterEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../controller/base/clock.ts";
import { type Fleet, type FleetOptions, startFleet } from "../../../controller/simulator/spore/fleet.ts";
import { simulatedImage } from "../../../controller/simulator/spore/simulated-image.ts";
import { askDevice, md5Of, uploadTo } from "../../support/device-request.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const broadcast = "127.255.255.255";
const cleanups: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function boot(options: Partial<FleetOptions> = {}): Promise<Fleet> {
  const fleet = await startFleet({ count: 1, base: "127.21.0.1", httpPort: 0, udpPort: 0, ...options });
  cleanups.push(() => fleet.stop());
  return fleet;
}

/** Hears what the fleet broadcasts, from outside of it. */
async function listen(
  fleet: Fleet,
): Promise<{ readonly heard: { from: string; text: string }[]; readonly socket: Socket }> {
  const heard: { from: string; text: string }[] = [];
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  await new Promise<void>((resolve) => socket.bind({ address: broadcast, port: fleet.udpPort }, resolve));
  socket.on("message", (data, { address }) => heard.push({ from: address, text: data.toString() }));
  cleanups.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  return { heard, socket };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const endMs = systemClock.monotonic() + 10_000;
  while (!condition()) {
    if (systemClock.monotonic() > endMs) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function nodeOf(fleet: Fleet, index = 0) {
  const node = fleet.nodes[index];
  if (!node) throw new Error(`no node ${index}`);
  return { node, device: { address: node.board.address, port: node.httpPort } };
}

const next = simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 40_000 });

describe("a simulated fleet", () => {
  it("speaks from addresses of its own, at a heartbeat each 2 s and an update each 5 s", async () => {
    const clock = new ManualClock();
    const fleet = await boot({ count: 3, clock });
    const { heard } = await listen(fleet);
    await clock.advance(60_000);
    await until(() => heard.length >= 3 * (27 + 11), "broadcasts arrive");
    for (const { board } of fleet.nodes) {
      const own = heard.filter(({ from }) => from === board.address).map(({ text }) => text);
      const heartbeats = own.filter((text) => text === `CLUSTER_HEARTBEAT:${board.hostname}`);
      expect(heartbeats.length).toBeGreaterThanOrEqual(27);
      expect(heartbeats.length).toBeLessThanOrEqual(34);
      const updates = own.filter((text) => text.startsWith(`NODE_UPDATE:${board.hostname}:{`));
      expect(updates.length).toBeGreaterThanOrEqual(11);
      expect(updates.length).toBeLessThanOrEqual(14);
    }
  });

  it("takes an image over HTTP, restarts and says the version of its descriptor", async () => {
    const fleet = await boot();
    const { node, device } = nodeOf(fleet);
    const before = node.state.bootId;
    const answer = await uploadTo(device, next, { size: String(next.length), md5: md5Of(next), fence: "7" });
    expect(answer).toMatchObject({ status: 200, body: { status: "OK", size: next.length, md5: md5Of(next) } });
    await until(() => node.state.bootId !== before && node.state.isUp, "the node restarts");
    await until(() => node.httpPort === device.port, "same port");
    const status = await retry(() => askDevice({ ...device, path: "/api/node/status" }));
    expect(status.body).toMatchObject({
      chipId: node.board.chipId,
      labels: { app: "lab-sensor" },
      x: { version: "1.1.0", boot: node.state.bootId, resetReason: "Software/System restart" },
    });
    expect(status.body.x.ota).toMatchObject({ sketchMD5: md5Of(next), sketchSize: next.length });
    expect(node.uploads).toMatchObject([{ outcome: "accepted", bytes: next.length, fence: 7, md5: md5Of(next) }]);
  });

  it("stops for good: nothing answers, and the same ports can be opened again", async () => {
    const first = await boot({ count: 2 });
    const { device } = nodeOf(first);
    await first.stop();
    await expect(askDevice({ ...device, path: "/api/node/status" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const second = await boot({ count: 1, httpPort: device.port, udpPort: first.udpPort });
    expect(nodeOf(second).device.port).toBe(device.port);
  });
});

async function retry<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (attempt > 50) throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

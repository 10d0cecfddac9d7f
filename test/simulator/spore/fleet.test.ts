import { describe, expect, it } from "vitest";
import { startFleet } from "../../../controller/simulator/spore/fleet.ts";
import { simulatedImage } from "../../../controller/simulator/spore/simulated-image.ts";
import { askDevice, md5Of, uploadTo } from "../../support/device-request.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { bootFleet, listen, nodeOf, until } from "../../support/spore-fleet.ts";

const next = simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 40_000 });

describe("a simulated fleet", () => {
  it("speaks from addresses of its own, with a heartbeat each 2 s and an update each 5 s", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ count: 3, clock });
    const { heard } = await listen(fleet.broadcast, fleet.udpPort);
    await clock.advance(60_000);
    await until(() => heard.length >= 3 * (27 + 11), "broadcasts arrive");
    for (const { board } of fleet.nodes) {
      const own = heard.filter(({ from }) => from === board.address).map(({ text }) => text);
      const heartbeats = own.filter((text) => text === `CLUSTER_HEARTBEAT:${board.hostname}`).length;
      expect(heartbeats).toBeGreaterThanOrEqual(27);
      expect(heartbeats).toBeLessThanOrEqual(34);
      const updates = own.filter((text) => text.startsWith(`NODE_UPDATE:${board.hostname}:{`)).length;
      expect(updates).toBeGreaterThanOrEqual(11);
      expect(updates).toBeLessThanOrEqual(14);
    }
  });

  it("takes an image over HTTP, restarts and says the version of its descriptor", async () => {
    const fleet = await bootFleet();
    const { node, device } = nodeOf(fleet);
    const before = node.state.bootId;
    const answer = await uploadTo(device, next, { size: String(next.length), md5: md5Of(next), fence: "7" });
    expect(answer).toMatchObject({ status: 200, body: { status: "OK", size: next.length, md5: md5Of(next) } });
    await until(() => node.isReachable && node.state.bootId !== before, "the node is back");
    const { body } = await askDevice({ ...device, path: "/api/node/status" });
    expect(body).toMatchObject({
      chipId: node.board.chipId,
      labels: { app: "lab-sensor" },
      x: { version: "1.1.0", boot: node.state.bootId, resetReason: "Software/System restart" },
    });
    expect(body.x.ota).toMatchObject({ sketchMD5: md5Of(next), sketchSize: next.length });
    expect(node.uploads).toMatchObject([{ outcome: "accepted", bytes: next.length, fence: 7, md5: md5Of(next) }]);
  });

  it("stops for good: nothing answers, and the same ports can be opened again", async () => {
    const first = await bootFleet({ count: 2 });
    const { node, device } = nodeOf(first);
    await first.stop();
    await expect(askDevice({ ...device, path: "/api/node/status" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const second = await bootFleet({ base: node.board.address, httpPort: device.port, udpPort: first.udpPort });
    expect(nodeOf(second).device).toEqual(device);
  });

  it("stops when its signal aborts", async () => {
    const stopped = new AbortController();
    const fleet = await bootFleet({ signal: stopped.signal });
    const { device } = nodeOf(fleet);
    stopped.abort();
    await expect(askDevice({ ...device, path: "/api/node/status" })).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("announces a port that is not 80", async () => {
    const clock = new ManualClock();
    const fleet = await bootFleet({ clock });
    const { device } = nodeOf(fleet);
    const { heard } = await listen(fleet.broadcast, fleet.udpPort);
    await clock.advance(6000);
    await until(() => heard.some(({ text }) => text.startsWith("NODE_UPDATE:")), "an update arrives");
    const update = heard.find(({ text }) => text.startsWith("NODE_UPDATE:"))?.text ?? "";
    expect(JSON.parse(update.slice(update.indexOf("{")))).toMatchObject({ port: device.port });
  });

  it.each([
    [{ base: "10.0.0.1" }, "SPORE_USAGE"],
    [{ base: "127.300.0.1" }, "SPORE_USAGE"],
    [{ base: "127.255.255.250", count: 10 }, "SPORE_USAGE"],
    [{ count: 0 }, "SPORE_USAGE"],
    [{ count: 1.5 }, "SPORE_USAGE"],
    [{ image: Buffer.from("no image") }, "SPORE_USAGE"],
  ])("refuses %o", async (options, code) => {
    await expect(startFleet({ count: 1, httpPort: 0, udpPort: 0, ...options })).rejects.toMatchObject({ code });
  });

  it("names the port that another fleet holds", async () => {
    const first = await bootFleet();
    const { node, device } = nodeOf(first);
    const second = startFleet({ count: 1, base: node.board.address, httpPort: device.port, udpPort: 0 });
    await expect(second).rejects.toMatchObject({
      code: "SPORE_PORT_TAKEN",
      message: expect.stringContaining(String(device.port)),
    });
  });

  it("that cannot start as a whole leaves nothing open", async () => {
    const base = "127.25.0.1";
    const middle = await bootFleet({ base: "127.25.0.101" });
    const { httpPort } = nodeOf(middle).node;
    const whole = { count: 300, base, httpPort, udpPort: 0 };
    await expect(startFleet(whole)).rejects.toMatchObject({ code: "SPORE_PORT_TAKEN" });
    await middle.stop();
    const fleet = await bootFleet(whole);
    expect(new Set(fleet.nodes.map((node) => node.httpPort))).toEqual(new Set([httpPort]));
  });

  it("starts 2,000 nodes within a second of processor time", async () => {
    const before = process.cpuUsage();
    const fleet = await bootFleet({ count: 2000, base: "127.22.0.1" });
    const { user, system } = process.cpuUsage(before);
    expect(fleet.nodes).toHaveLength(2000);
    expect((user + system) / 1e6).toBeLessThan(1);
  });
});

import { describe, expect, it } from "vitest";
import { Event, Secret } from "../../controller/api/core-kinds.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import type { Clock } from "../../controller/base/clock.ts";
import type { Driver } from "../../controller/drivers/driver.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { eventually, never, pushFirmware, sporeDriver, startControl, stateOf } from "./control-plane.ts";
import { changeGroup, createGroup, isReady, nodeName, pass, startAll, startConverged, untilConverged } from "./lab.ts";

describe("bad luck and lies", () => {
  it("a lying node is flashed three times and no more, and stalls its group", async () => {
    const { fleet, cluster } = await startAll();
    const [board] = fleet.nodes;
    board?.setFault("lying-version");
    await createGroup(cluster);
    const gaveUp = (one: Node | NodeGroup | undefined) => stateOf(one, "Stalled") === "True VersionMismatch";
    const node = await eventually(cluster.client, Node, nodeName(board), gaveUp);
    expect(node?.status?.failedAttempts).toMatchObject({ count: 3, reason: "VersionMismatch" });
    await eventually(cluster.client, NodeGroup, "lab", gaveUp);
    expect(board?.uploads).toHaveLength(3);
    const fences = board?.uploads.map(({ fence = 0 }) => fence) ?? [];
    expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
  }, 60_000);

  it("an image that crashes stalls the group after one node, and going back mends it", async () => {
    const { fleet, cluster } = await startConverged(4);
    const crashing = simulatedImage({ name: "lab-sensor", version: "2.0.0", crashes: true });
    await pushFirmware(cluster, "v200", "2.0.0", crashing);
    await changeGroup(cluster, { minReadySeconds: 5, template: { firmware: { name: "v200" } } });
    const stalled = (one: NodeGroup | undefined) => stateOf(one, "Stalled") === "True CrashLoop";
    const lab = await eventually(cluster.client, NodeGroup, "lab", stalled, 60_000);
    expect(lab?.status).toMatchObject({ failedNodes: 1 });
    expect(fleet.nodes.map(({ uploads }) => uploads.length).sort()).toEqual([1, 1, 1, 2]);
    await changeGroup(cluster, { template: { firmware: { name: "v110" } } });
    await untilConverged(cluster, 4);
    expect(fleet.nodes.map(({ uploads }) => uploads.length).sort()).toEqual([1, 1, 1, 3]);
  }, 120_000);

  it("another board on a known address is never written to", async () => {
    const { fleet, cluster } = await startConverged(1);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    await changeGroup(cluster, { adoption: "Manual" });
    board?.setFault("foreign-identity");
    board?.powerCut();
    board?.powerOn();
    // A driver that has just asked who is there does not ask again at once.
    await pass(cluster, 3_000);
    await changeGroup(cluster, { template: { labels: { app: "changed" } } });
    const node = await eventually(cluster.client, Node, name, (one) => stateOf(one, "Ready").startsWith("False"));
    expect(["False Conflict", "False Unreachable"]).toContain(stateOf(node, "Ready"));
    // The stranger is a node of its own, and nobody's.
    const stranger = await eventually(
      cluster.client,
      Node,
      nodeName(board),
      (one) => one?.status?.hostname !== undefined,
    );
    expect(stranger?.spec.owner).toBeUndefined();
    expect(board?.uploads).toHaveLength(1);
    expect(board?.state.ownLabels.app).not.toBe("changed");
  }, 60_000);

  it("a killed node is not Ready within 15 s and converged again after its restart", async () => {
    const { fleet, cluster } = await startConverged(1);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    const cutAtMs = cluster.clock.monotonic();
    board?.powerCut();
    await eventually(cluster.client, Node, name, (node) => stateOf(node, "Ready") === "False Unreachable");
    expect(cluster.clock.monotonic() - cutAtMs).toBeLessThan(15_000);
    board?.powerOn();
    await eventually(cluster.client, Node, name, isReady);
    expect(board?.uploads).toHaveLength(1);
  }, 60_000);

  it("a write that met another device says nothing about the one that was meant", async () => {
    const { fleet, cluster, control } = await startConverged(1);
    const [board] = fleet.nodes;
    await control.stop();
    const real = sporeDriver(cluster.clock, fleet);
    let refusals = 0;
    const driver: Driver = {
      family: real.family,
      capabilities: real.capabilities,
      discover: (sink, signal) => real.discover(sink, signal),
      observe: (target, signal) => real.observe(target, signal),
      async perform(target, action, report, signal) {
        if (refusals++ > 0) return await real.perform(target, action, report, signal);
        return { kind: "refused", reason: "IdentityMismatch", message: "Somebody else was there for a moment." };
      },
    };
    await startControl(cluster, { fleet, driver });
    await changeGroup(cluster, { template: { labels: { app: "changed" } } });
    await expect.poll(() => board?.state.ownLabels.app, { timeout: 20_000 }).toBe("changed");
    await eventually(cluster.client, Node, nodeName(board), isReady);
  }, 60_000);

  it("a device that repeats a Secret in its refusal makes neither status nor events tell it", async () => {
    const { fleet, cluster, control } = await startConverged(1);
    const { client } = cluster;
    const name = nodeName(fleet.nodes[0]);
    await control.stop();
    const real = sporeDriver(cluster.clock, fleet);
    const driver: Driver = {
      family: real.family,
      capabilities: real.capabilities,
      discover: (sink, signal) => real.discover(sink, signal),
      observe: (target, signal) => real.observe(target, signal),
      async perform(target, action, report, signal) {
        if (action.kind !== "PushConfig") return await real.perform(target, action, report, signal);
        const message = `The device answered 400, bad value: ${action.values.apikey}.`;
        return { kind: "refused", reason: "BadRequest", message };
      },
    };
    await startControl(cluster, { fleet, driver });
    const metadata = { namespace: "default", name: "lab-keys" };
    await client.create(Secret, { metadata, stringData: { apikey: "hunter2-hunter2" } }, { signal: never });
    await changeGroup(cluster, { secretsInClear: true, template: { config: [{ secretRef: { name: "lab-keys" } }] } });
    const node = await eventually(client, Node, name, (one) => stateOf(one, "Stalled") === "True BadRequest");
    const told = async () => JSON.stringify((await client.list(Event, {}, never)).items);
    await expect.poll(told).toContain("bad value: ***");
    expect(await told()).not.toContain("hunter2");
    expect(JSON.stringify(node)).not.toContain("hunter2");
  }, 60_000);

  it("a device that confirms and keeps nothing is not written to without end", async () => {
    const { fleet, cluster } = await startAll();
    const [board] = fleet.nodes;
    board?.setFault("forgets-writes");
    await createGroup(cluster, { template: { labels: { app: "lab" } } });
    const name = nodeName(board);
    await eventually(cluster.client, Node, name, (node) => stateOf(node, "Ready") === "False BackOff");
    board?.clearFault("forgets-writes");
    await eventually(cluster.client, Node, name, isReady, 60_000);
  }, 90_000);

  it("a board that is ahead of a clock that was set back says what blocks it, and goes on when the clock is right", async () => {
    const { fleet, cluster, control } = await startConverged(1);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    await control.stop();
    await cluster.client.delete(Node, { name }, { signal: never });
    await pushFirmware(cluster, "v120", "1.2.0", simulatedImage({ name: "lab-sensor", version: "1.2.0" }));
    await changeGroup(cluster, { template: { firmware: { name: "v120" } } });
    const { clock } = cluster;
    const setBack: Clock = {
      now: () => clock.now() - 24 * 60 * 60_000,
      monotonic: () => clock.monotonic(),
      after: (delayMs, fire) => clock.after(delayMs, fire),
    };
    const late = await startControl({ ...cluster, clock: setBack }, { fleet, autoAdopt: ["default"] });
    const blocked = await eventually(
      cluster.client,
      Node,
      name,
      (node) => stateOf(node, "Stalled") === "True StaleFence",
    );
    const ready = blocked?.status?.conditions?.find(({ type }) => type === "Ready");
    expect(ready).toMatchObject({
      status: "False",
      reason: "StaleFence",
      message: expect.stringMatching(/set the clock/),
    });
    expect(blocked?.status?.failedAttempts).toBeUndefined();
    await late.stop();
    await startControl(cluster, { fleet, autoAdopt: ["default"] });
    await eventually(cluster.client, Node, name, isReady, 60_000);
    expect(board?.state.image.version).toBe("1.2.0");
  }, 120_000);

  it("an image that does not fit is not sent, and says why", async () => {
    const { fleet, cluster } = await startAll();
    const [board] = fleet.nodes;
    await pushFirmware(
      cluster,
      "huge",
      "3.0.0",
      simulatedImage({ name: "lab-sensor", version: "3.0.0", sizeBytes: 960_000 }),
    );
    await createGroup(cluster, { template: { firmware: { name: "huge" } } });
    const node = await eventually(
      cluster.client,
      Node,
      nodeName(board),
      (one) => stateOf(one, "Stalled") === "True ImageDoesNotFit",
    );
    expect(node?.status?.conditions?.find(({ type }) => type === "Stalled")?.message).toMatch(
      /space: The update occupies/,
    );
    expect(board?.uploads).toHaveLength(0);
  }, 60_000);
});

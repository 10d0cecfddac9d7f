import { describe, expect, it } from "vitest";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import type { Driver } from "../../controller/drivers/driver.ts";
import { physicsPresets } from "../../controller/simulator/spore/physics.ts";
import { allNodes, type Control, eventually, never, sporeDriver, startControl, stateOf } from "./control-plane.ts";
import { changeGroup, changeNode, createGroup, isReady, nodeName, startAll, startConverged } from "./lab.ts";

describe("hands off", () => {
  it("what nobody adopted is watched and never written to", async () => {
    const { fleet, cluster } = await startAll({ count: 2 }, []);
    await createGroup(cluster);
    const idle = (lab: NodeGroup | undefined) =>
      lab?.status?.unownedNodes === 2 && stateOf(lab, "Ready") === "False NoNodes";
    await eventually(cluster.client, NodeGroup, "lab", idle);
    const [first, second] = (await allNodes(cluster)).map(({ metadata }) => metadata.name);
    await changeNode(cluster, first ?? "", { owner: { namespace: "default" } });
    await eventually(cluster.client, Node, first ?? "", isReady);
    await eventually(cluster.client, Node, second ?? "", (node) => stateOf(node, "Ready") === "False Unowned");
    expect(fleet.nodes.map(({ uploads }) => uploads.length).sort()).toEqual([0, 1]);
  }, 60_000);

  it("a pause that comes while the device is looked at stops the write that would follow", async () => {
    const { fleet, cluster, control } = await startConverged(1);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    await control.stop();
    board?.setLabel("app", null);
    const real = sporeDriver(cluster.clock, fleet);
    const isPaused = () => again?.manager.caches.of(Node).get({ name })?.spec.paused === true;
    let again: Control | undefined;
    const driver: Driver = {
      family: real.family,
      capabilities: real.capabilities,
      discover: (sink, signal) => real.discover(sink, signal),
      perform: (target, action, report, signal) => real.perform(target, action, report, signal),
      async observe(target, signal) {
        const seen = await real.observe(target, signal);
        if (!isPaused()) await changeNode(cluster, name, { paused: true });
        await expect.poll(isPaused).toBe(true);
        return seen;
      },
    };
    again = await startControl(cluster, { fleet, driver });
    await eventually(cluster.client, Node, name, (node) => stateOf(node, "Ready") === "False Paused");
    expect(board?.state.ownLabels.app).toBeUndefined();
    await changeNode(cluster, name, { paused: false });
    await eventually(cluster.client, Node, name, isReady);
    expect(board?.state.ownLabels.app).toBe("lab");
  }, 60_000);

  it("a pause stops an upload, counts no failure, and lifting it goes on", async () => {
    const physics = { ...physicsPresets.instant, transferBytesPerSecond: 10_000 };
    const { fleet, cluster } = await startAll({ physics });
    await createGroup(cluster);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    await eventually(cluster.client, Node, name, () => board?.uploads.some(({ bytes }) => bytes > 0) === true);
    await changeNode(cluster, name, { paused: true });
    const node = await eventually(
      cluster.client,
      Node,
      name,
      (one) => one?.status?.operation?.phase === "Failed" && stateOf(one, "Ready") === "False Paused",
    );
    expect(node?.status?.failedAttempts).toBeUndefined();
    await eventually(cluster.client, Node, name, () => board?.uploads.at(-1)?.outcome === "aborted");
    expect(board?.uploads).toHaveLength(1);
    await changeNode(cluster, name, { paused: false });
    await eventually(cluster.client, Node, name, isReady, 60_000);
    expect(board?.uploads.map(({ outcome }) => outcome)).toEqual(["aborted", "accepted"]);
  }, 120_000);

  it("a paused node is not moved and does not hold up the others", async () => {
    const { fleet, cluster } = await startConverged(3);
    const [held, ...free] = fleet.nodes;
    await changeNode(cluster, nodeName(held), { paused: true });
    await changeGroup(cluster, { template: { labels: { app: "moved" } } });
    for (const board of free) {
      await eventually(
        cluster.client,
        Node,
        nodeName(board),
        (node) => isReady(node) && board.state.ownLabels.app === "moved",
      );
    }
    expect(held?.state.ownLabels.app).toBe("lab");
  }, 60_000);

  it("release, and the group's deletion, leave boards as they are", async () => {
    const { fleet, cluster } = await startConverged(2);
    await changeGroup(cluster, { adoption: "Manual" });
    const [first, second] = fleet.nodes.map(nodeName);
    await changeNode(cluster, first ?? "", { owner: null });
    await eventually(
      cluster.client,
      Node,
      first ?? "",
      (node) => stateOf(node, "Ready") === "False Unowned" && node?.spec.assignment?.group === undefined,
    );
    await cluster.client.delete(NodeGroup, { namespace: "default", name: "lab" }, { signal: never });
    await eventually(cluster.client, NodeGroup, "lab", (lab) => lab === undefined);
    const node = await eventually(
      cluster.client,
      Node,
      second ?? "",
      (one) => stateOf(one, "Ready") === "True Unmanaged",
    );
    expect(node?.spec.assignment?.group).toBeUndefined();
    for (const board of fleet.nodes) {
      expect(board.uploads).toHaveLength(1);
      expect(board.state.ownLabels.app).toBe("lab");
    }
  }, 60_000);

  it("a deleted Node of a live device comes back, and belongs to nobody", async () => {
    const { fleet, cluster } = await startConverged(1);
    await changeGroup(cluster, { adoption: "Manual" });
    const name = nodeName(fleet.nodes[0]);
    const before = await cluster.client.get(Node, { name }, never);
    await cluster.client.delete(Node, { name }, { signal: never });
    const back = await eventually(
      cluster.client,
      Node,
      name,
      (node) =>
        node !== undefined && node.metadata.uid !== before?.metadata.uid && stateOf(node, "Ready") === "False Unowned",
    );
    expect(back?.spec.owner).toBeUndefined();
    expect(fleet.nodes[0]?.uploads).toHaveLength(1);
  }, 60_000);
});

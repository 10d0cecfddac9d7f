import { describe, expect, it } from "vitest";
import { Node } from "../../controller/api/node.ts";
import { physicsPresets } from "../../controller/simulator/spore/physics.ts";
import { allNodes, eventually, startControl } from "./control-plane.ts";
import { createGroup, isReady, nodeName, pass, startAll, startConverged, untilConverged } from "./lab.ts";

const autoAdopt = ["default"];

describe("controllers that start anew", () => {
  it("in the middle of uploads flash no board twice", async () => {
    const physics = { ...physicsPresets.instant, transferBytesPerSecond: 20_000 };
    const { fleet, cluster, control } = await startAll({ count: 4, physics });
    await createGroup(cluster, { strategy: { maxUnavailable: 2 } });
    const name = nodeName(fleet.nodes[0]);
    await eventually(cluster.client, Node, name, () => fleet.nodes.some(({ uploads }) => uploads.length > 0));
    await control.stop();
    await startControl(cluster, { fleet, autoAdopt });
    await untilConverged(cluster, 4);
    for (const { uploads } of fleet.nodes) {
      expect(uploads.filter(({ outcome }) => outcome === "accepted")).toHaveLength(1);
      expect(uploads.length).toBeLessThanOrEqual(2);
      const ends = uploads.map(({ endedAtMs = Number.POSITIVE_INFINITY }) => endedAtMs);
      for (const [index, next] of uploads.slice(1).entries())
        expect(next.startedAtMs).toBeGreaterThanOrEqual(ends[index] ?? 0);
    }
  }, 120_000);

  it("again and again count nothing against an image that they themselves cut short", async () => {
    const physics = { ...physicsPresets.instant, transferBytesPerSecond: 10_000 };
    const { fleet, cluster, control } = await startAll({ physics });
    await createGroup(cluster);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    await eventually(cluster.client, Node, name, () => board?.uploads.some(({ bytes }) => bytes > 0) === true);
    await control.stop();
    const second = await startControl(cluster, { fleet, autoAdopt });
    await eventually(cluster.client, Node, name, (node) => node?.status?.operation?.phase === "Unknown");
    await second.stop();
    await startControl(cluster, { fleet, autoAdopt });
    const over = await eventually(cluster.client, Node, name, (node) => node?.status?.operation?.phase === "Failed");
    expect(over?.status?.failedAttempts).toBeUndefined();
    await untilConverged(cluster, 1);
    expect(board?.uploads.map(({ outcome }) => outcome)).toEqual(["aborted", "accepted"]);
  }, 60_000);

  it("over a converged fleet write nothing to any device, and to no object", async () => {
    const { fleet, cluster, control } = await startConverged(3);
    await control.stop();
    const before = (await allNodes(cluster)).map(({ metadata }) => metadata.resourceVersion);
    const boots = fleet.nodes.map(({ state }) => state.bootId);
    await startControl(cluster, { fleet, autoAdopt });
    await pass(cluster, 20_000);
    const nodes = await allNodes(cluster);
    expect(nodes.map(({ metadata }) => metadata.resourceVersion)).toEqual(before);
    expect(nodes.every(isReady)).toBe(true);
    expect(fleet.nodes.map(({ uploads }) => uploads.length)).toEqual([1, 1, 1]);
    expect(fleet.nodes.map(({ state }) => state.bootId)).toEqual(boots);
  }, 60_000);
});

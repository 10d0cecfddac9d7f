import { describe, expect, it } from "vitest";
import type { Resource } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup, type NodeGroupSpec } from "../../controller/api/node-group.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { type Control, eventually, pushFirmware, stateOf } from "./control-plane.ts";
import { changeGroup, changeNode, createGroup, nodeName, startAll, startConverged, untilConverged } from "./lab.ts";

type Conditioned = (NodeGroup | Node) & Resource;

/** What `kubectl wait --for=condition=Ready` takes for an answer: a condition that judged the spec as it is. */
function isReadyNow(object: Conditioned): boolean {
  const ready = object.status?.conditions?.find(({ type }) => type === "Ready");
  return ready?.status === "True" && (ready.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
}

/** Calls `ready` for every version of the group that a wait would have taken for an answer. */
function onReady(control: Control, name: string, ready: () => void): void {
  control.manager.caches.of(NodeGroup).listen(({ object }) => {
    if (object?.metadata.name === name && isReadyNow(object)) ready();
  });
}

const manual: Partial<NodeGroupSpec> = { adoption: "Manual", template: { firmware: { name: "v110" } } };

describe("Ready", () => {
  it("of a group is never True before its board runs what it asks for, from apply on", async () => {
    const { fleet, cluster, control } = await startAll();
    const [board] = fleet.nodes;
    const versions: (string | undefined)[] = [];
    onReady(control, "lab", () => versions.push(board?.state.image.version));
    await createGroup(cluster, manual);
    const name = nodeName(board);
    await eventually(cluster.client, NodeGroup, "lab", (lab) => stateOf(lab, "Ready") === "False NoNodes");
    await eventually(cluster.client, Node, name, (node) => stateOf(node, "Ready") === "False Unowned");
    await changeNode(cluster, name, { owner: { namespace: "default" } });
    await untilConverged(cluster, 1);
    expect(new Set(versions)).toEqual(new Set(["1.1.0"]));
  }, 60_000);

  it("of a group whose spec changed is not True before the change is carried out", async () => {
    const { fleet, cluster, control } = await startConverged(2);
    await pushFirmware(cluster, "v120", "1.2.0", simulatedImage({ name: "lab-sensor", version: "1.2.0" }));
    const seen: boolean[] = [];
    const generation = (await eventually(cluster.client, NodeGroup, "lab", () => true))?.metadata.generation ?? 0;
    control.manager.caches.of(NodeGroup).listen(({ object }) => {
      if (object && (object.metadata.generation ?? 0) > generation && isReadyNow(object))
        seen.push(fleet.nodes.every(({ state }) => state.image.version === "1.2.0"));
    });
    await changeGroup(cluster, { template: { firmware: { name: "v120" } } });
    await expect.poll(() => seen.length, { timeout: 30_000 }).toBeGreaterThan(0);
    expect(seen).not.toContain(false);
  }, 60_000);

  it("of an adopted node is never True before its group has had its way with it", async () => {
    const { fleet, cluster, control } = await startAll({ count: 3 });
    const boards = new Map(fleet.nodes.map((board) => [nodeName(board), board]));
    const early = new Set<string>();
    const reasons = new Set<string>();
    control.manager.caches.of(Node).listen(({ object }) => {
      if (!object) return;
      const board = boards.get(object.metadata.name);
      if (isReadyNow(object) && board?.state.image.version !== "1.1.0") early.add(object.metadata.name);
      reasons.add(stateOf(object, "Ready"));
    });
    await createGroup(cluster, manual);
    await eventually(cluster.client, NodeGroup, "lab", (lab) => lab?.status?.unownedNodes === 3);
    for (const name of boards.keys()) await changeNode(cluster, name, { owner: { namespace: "default" } });
    await untilConverged(cluster, 3);
    expect(early).toEqual(new Set());
    expect(reasons).toContain("False Waiting");
  }, 60_000);
});

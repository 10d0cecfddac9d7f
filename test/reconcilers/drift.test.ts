import { describe, expect, it } from "vitest";
import { Node } from "../../controller/api/node.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { eventsOf, eventually } from "./control-plane.ts";
import { changeGroup, changeNode, isReady, nodeName, pass, startConverged } from "./lab.ts";

describe("drift", () => {
  it("of firmware, labels and configuration is undone, and what is nobody's business stays", async () => {
    const { fleet, cluster } = await startConverged(1);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    board?.setLabel("app", "stolen");
    await eventually(cluster.client, Node, name, () => board?.state.ownLabels.app === "lab");
    board?.setLabel("mine", "kept");
    board?.setConfig({ telemetry_interval_ms: 1 });
    await eventually(cluster.client, Node, name, () => board?.state.setting("telemetry_interval_ms") === 5000);
    await board?.flashOutOfBand(simulatedImage({ name: "stranger", version: "9.9.9" }));
    await eventually(cluster.client, Node, name, (node) => board?.uploads.length === 2 && isReady(node));
    expect(board?.state.ownLabels).toMatchObject({ app: "lab", mine: "kept" });
    const told = ["Adopted", "Installing", "Installed", "ConfigPushed", "LabelsSet"];
    expect(await eventsOf(cluster, name)).toEqual(expect.arrayContaining(told));
  }, 60_000);

  it("of labels ends with the template: what left it is taken off, what others put on stays", async () => {
    const { fleet, cluster } = await startConverged(1);
    const [board] = fleet.nodes;
    board?.setLabel("mine", "kept");
    await changeGroup(cluster, { template: { labels: { app: null, other: "x" } } });
    await eventually(
      cluster.client,
      Node,
      nodeName(board),
      (node) => isReady(node) && board?.state.ownLabels.other === "x" && board.state.ownLabels.app === undefined,
    );
    expect(board?.state.ownLabels.mine).toBe("kept");
  }, 60_000);
});

describe("a restart that people ask for", () => {
  it("happens once, of a group as of a node", async () => {
    const { fleet, cluster } = await startConverged(1);
    const [board] = fleet.nodes;
    const name = nodeName(board);
    const boots = new Set([board?.state.bootId]);
    const askedAt = () => `${new Date(cluster.clock.now()).toISOString().slice(0, 19)}Z`;
    const restarted = (node: Node | undefined) =>
      isReady(node) && node?.status?.operation?.kind === "Restart" && node.status.operation.phase === "Done";
    // Requests are to the second, and a boot within it would count as the answer.
    await pass(cluster, 3_000);
    await changeNode(cluster, name, { restartedAt: askedAt() });
    await eventually(cluster.client, Node, name, restarted);
    boots.add(board?.state.bootId);
    expect(boots.size).toBe(2);
    const first = await cluster.client.get(Node, { name }, AbortSignal.timeout(5_000));
    await pass(cluster, 3_000);
    await changeGroup(cluster, { template: { restartedAt: askedAt() } });
    const id = first?.status?.operation?.id;
    await eventually(cluster.client, Node, name, (node) => restarted(node) && node?.status?.operation?.id !== id);
    boots.add(board?.state.bootId);
    expect(boots.size).toBe(3);
    expect(board?.uploads).toHaveLength(1);
  }, 60_000);
});

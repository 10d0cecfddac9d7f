import { describe, expect, it } from "vitest";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { eventsOf, eventually, pushFirmware, startControl, stateOf } from "./control-plane.ts";
import { changeGroup, changeNode, createGroup, isReady, nodeName, pass, startAll } from "./lab.ts";

/** One board of upstream firmware, installed once. They cannot announce another port than 80. */
async function startUpstream(profile: "upstream-g1" | "upstream-g2" | "upstream-g3") {
  const { fleet, cluster, control } = await startAll({ profile, httpPort: 80 });
  const [board] = fleet.nodes;
  await createGroup(cluster);
  const name = nodeName(board);
  await eventually(cluster.client, Node, name, isReady, 60_000);
  return { fleet, cluster, control, board, name };
}

const doubted = (node: Node | undefined) => stateOf(node, "FirmwareCurrent") === "Unknown RestartedUnasked";

// Port 80 needs the rights to open it.
describe.skipIf(process.getuid?.() !== 0)("boards of upstream firmware (needs root, for port 80)", () => {
  const profiles = ["upstream-g1", "upstream-g2", "upstream-g3"] as const;

  it.each(profiles)(
    "of profile %s are installed once, and believed on SPORE's own record",
    async (profile) => {
      const { cluster, control, fleet, board, name } = await startUpstream(profile);
      const node = await eventually(cluster.client, Node, name, isReady);
      expect(node?.status?.firmware).toMatchObject({ version: "1.1.0", source: "Recorded" });
      expect(stateOf(node, "FirmwareCurrent")).toBe("True Recorded");
      expect(stateOf(node, "ConfigCurrent")).toBe("Unknown NotSupported");
      expect(stateOf(node, "LabelsCurrent")).toBe("Unknown NotSupported");
      expect(node?.status?.pushedLabels).toBeUndefined();
      await control.stop();
      await startControl(cluster, { fleet });
      await pass(cluster, 10_000);
      expect(stateOf(await eventually(cluster.client, Node, name, isReady), "FirmwareCurrent")).toBe("True Recorded");
      expect((await eventsOf(cluster, name)).filter((reason) => reason.endsWith("Failed"))).toEqual([]);
      expect(board?.uploads.map(({ outcome }) => outcome)).toEqual(["accepted"]);
    },
    120_000,
  );

  it.each(profiles)(
    "of profile %s are doubted after a restart that nobody asked for, and not flashed for it",
    async (profile) => {
      const { cluster, control, fleet, board, name } = await startUpstream(profile);
      await board?.flashOutOfBand(simulatedImage({ name: "stranger", version: "9.9.9" }));
      const node = await eventually(cluster.client, Node, name, doubted, 60_000);
      expect(node?.status?.firmware).toMatchObject({ version: "1.1.0", source: "Assumed" });
      await eventually(cluster.client, Node, name, (one) => stateOf(one, "Ready") === "True Assumed");
      const told = (lab: NodeGroup | undefined) =>
        lab?.status?.conditions?.some(
          ({ type, message }) => type === "Ready" && message.includes(`${name} restarted`),
        ) === true;
      await eventually(cluster.client, NodeGroup, "lab", told);
      expect(await eventsOf(cluster, name)).toContain("RestartedUnasked");
      await control.stop();
      await startControl(cluster, { fleet });
      await pass(cluster, 10_000);
      expect(doubted(await eventually(cluster.client, Node, name, () => true))).toBe(true);
      expect(board?.uploads).toHaveLength(1);
      await pushFirmware(cluster, "v120", "1.2.0", simulatedImage({ name: "lab-sensor", version: "1.2.0" }));
      await changeGroup(cluster, { template: { firmware: { name: "v120" } } });
      const mended = (one: Node | undefined) => stateOf(one, "FirmwareCurrent") === "True Recorded" && isReady(one);
      await eventually(cluster.client, Node, name, mended, 60_000);
      expect(board?.uploads.map(({ outcome }) => outcome)).toEqual(["accepted", "accepted"]);
    },
    180_000,
  );

  it("are not doubted after a restart that was asked for", async () => {
    const { cluster, board, name } = await startUpstream("upstream-g1");
    const before = board?.state.bootId;
    await pass(cluster, 3_000);
    await changeNode(cluster, name, { restartedAt: `${new Date(cluster.clock.now()).toISOString().slice(0, 19)}Z` });
    const restarted = (node: Node | undefined) =>
      isReady(node) && node?.status?.operation?.kind === "Restart" && node.status.operation.phase === "Done";
    await eventually(cluster.client, Node, name, restarted, 60_000);
    expect(board?.state.bootId).not.toBe(before);
    await pass(cluster, 30_000);
    const node = await eventually(cluster.client, Node, name, isReady);
    expect(stateOf(node, "FirmwareCurrent")).toBe("True Recorded");
  }, 120_000);
});

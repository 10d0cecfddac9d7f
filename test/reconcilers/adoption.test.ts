import { describe, expect, it } from "vitest";
import { Node } from "../../controller/api/node.ts";
import { NodeGroup } from "../../controller/api/node-group.ts";
import { SporeError } from "../../controller/base/errors.ts";
import type { Driver } from "../../controller/drivers/driver.ts";
import { eventually, sporeDriver, startControl, stateOf } from "./control-plane.ts";
import { createGroup, isReady, nodeName, startAll, startConverged, untilConverged } from "./lab.ts";

describe("automatic adoption", () => {
  it("takes nobody of whom only a datagram speaks, and gives him no place in the rollout", async () => {
    const { fleet, cluster, control } = await startAll();
    const [board] = fleet.nodes;
    const forged = { family: "spore", port: 9, chipId: 0xbadbad } as const;
    control.sightings.heard({ ...forged, hostname: "esp_BADBAD", address: "127.99.0.1" });
    await eventually(cluster.client, Node, "esp-badbad", (node) => stateOf(node, "Reachable") === "True Heard");
    await createGroup(cluster);
    await untilConverged(cluster, 1);
    const stray = await eventually(cluster.client, Node, "esp-badbad", (node) => node !== undefined);
    expect(stray?.spec.owner).toBeUndefined();
    expect(stray?.spec.assignment).toBeUndefined();
    const lab = await eventually(cluster.client, NodeGroup, "lab", (one) => one?.status?.unownedNodes === 1);
    expect(lab?.status).toMatchObject({ nodes: 1, unavailableNodes: 0 });
    expect(board?.uploads).toHaveLength(1);
  }, 60_000);

  it("takes nobody at whose address another board answers", async () => {
    const { fleet, cluster, control } = await startConverged(1);
    const [board] = fleet.nodes;
    const { address = "", port = 0 } = control.sightings.named(board?.board.hostname ?? "")[0] ?? {};
    control.sightings.heard({ family: "spore", hostname: "esp_BADBAD", chipId: 0xbadbad, address, port });
    const stray = await eventually(
      cluster.client,
      Node,
      "esp-badbad",
      (node) => stateOf(node, "Conflict") === "True IdentityConflict",
    );
    expect(stray?.spec.owner).toBeUndefined();
    await eventually(cluster.client, NodeGroup, "lab", (lab) => stateOf(lab, "Ready") === "True Converged", 10_000);
  }, 60_000);

  it("takes a board as soon as it answers", async () => {
    const { fleet, cluster, control } = await startAll();
    await control.stop();
    const name = nodeName(fleet.nodes[0]);
    const real = sporeDriver(cluster.clock, fleet);
    let answers = false;
    const driver: Driver = {
      family: real.family,
      capabilities: real.capabilities,
      discover: (sink, signal) => real.discover(sink, signal),
      perform: (target, action, report, signal) => real.perform(target, action, report, signal),
      async observe(target, signal) {
        if (!answers) throw new SporeError("SPORE_DEVICE_UNREACHABLE", "Nobody answers yet.");
        return await real.observe(target, signal);
      },
    };
    await startControl(cluster, { fleet, driver, autoAdopt: ["default"] });
    await createGroup(cluster);
    const mute = await eventually(
      cluster.client,
      Node,
      name,
      (node) => stateOf(node, "Reachable") === "False NoAnswer",
    );
    expect(mute?.spec.owner).toBeUndefined();
    answers = true;
    await eventually(cluster.client, Node, name, isReady);
  }, 60_000);
});

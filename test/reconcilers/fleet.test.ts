import { describe, expect, it } from "vitest";
import { NodeGroup, type NodeGroupSpec } from "../../controller/api/node-group.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { bootFleet } from "../support/spore-fleet.ts";
import { allNodes, eventually, never, pushFirmware, startCluster, startControl, stateOf } from "./control-plane.ts";

const selector = { matchLabels: { "spore.dev/family": "spore" } };
const group = (spec: Partial<NodeGroupSpec>) => ({
  metadata: { name: "lab", namespace: "default" },
  spec: { selector, minReadySeconds: 0, adoption: "Automatic" as const, ...spec },
});

describe("a fleet of simulated nodes", () => {
  it("becomes what a group says", async () => {
    const fleet = await bootFleet({ count: 20 });
    const cluster = await startCluster();
    await startControl(cluster, { fleet, autoAdopt: ["default"] });
    const digest = await pushFirmware(
      cluster,
      "sensor-1.1.0",
      "1.1.0",
      simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 64_000 }),
    );
    const template = {
      labels: { app: "lab" },
      firmware: { name: "sensor-1.1.0" },
      config: [{ values: { telemetry_interval_ms: 5000 } }],
    };
    await cluster.client.create(NodeGroup, group({ template, strategy: { maxUnavailable: "25%" } }), { signal: never });
    await eventually(
      cluster.client,
      NodeGroup,
      "lab",
      (lab) => lab?.status?.readyNodes === 20 && stateOf(lab, "Ready") === "True Converged",
      60_000,
    );
    const nodes = await allNodes(cluster);
    expect(nodes).toHaveLength(20);
    for (const node of nodes) {
      expect(node.status).toMatchObject({
        firmware: { version: "1.1.0", digest, source: "Reported" },
        operation: { phase: "Done", attempt: 1 },
      });
      expect(stateOf(node, "Ready")).toBe("True Converged");
      expect(stateOf(node, "ConfigCurrent")).toBe("True Current");
      expect(stateOf(node, "LabelsCurrent")).toBe("True Current");
    }
    for (const node of fleet.nodes) expect(node.uploads.map(({ outcome }) => outcome)).toEqual(["accepted"]);
  }, 90_000);
});

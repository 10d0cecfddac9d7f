import { expect, it } from "vitest";
import type { NodeStatus } from "../../controller/api/node.ts";
import { fleetFigures } from "../../controller/gateway/fleet-figures.ts";

type Phase = NonNullable<NodeStatus["operation"]>["phase"];

function nodeIn(phase: Phase, version: string) {
  const operation = {
    kind: "InstallFirmware",
    id: "a-1",
    fence: 1,
    attempt: 1,
    startedAt: "2026-11-20T00:00:00Z",
  } as const;
  return { status: { operation: { ...operation, phase, version } } };
}

it("counts devices by phase, nodes by their last operation, and what controllers did", () => {
  const text = fleetFigures({
    devices: [{ phase: "Active" }, { phase: "Dead" }, { phase: "Active" }],
    nodes: [nodeIn("Done", "1.1.0"), nodeIn("Transferring", "1.2.0"), nodeIn("Done", "1.1.0"), {}],
    controllers: { node: { runs: 7, failures: 1, waiting: 2 } },
  });
  expect(text.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
    'spore_devices{phase="Active"} 2',
    'spore_devices{phase="Dead"} 1',
    'spore_node_operations{kind="InstallFirmware",version="1.1.0",phase="Done"} 2',
    'spore_node_operations{kind="InstallFirmware",version="1.2.0",phase="Transferring"} 1',
    'spore_controller_runs_total{controller="node"} 7',
    'spore_controller_failures_total{controller="node"} 1',
    'spore_controller_waiting{controller="node"} 2',
  ]);
});

import { Registry } from "prom-client";
import { expect, it } from "vitest";
import type { Node, NodeStatus } from "../../controller/api/node.ts";
import { addFleetFigures, type Fleet } from "../../controller/gateway/fleet-figures.ts";

type Phase = NonNullable<NodeStatus["operation"]>["phase"];

function nodeIn(phase: Phase, version: string, ready: "True" | "False"): Pick<Node, "status"> {
  const operation = {
    kind: "InstallFirmware",
    id: "a-1",
    fence: 1,
    attempt: 1,
    startedAt: "2026-11-20T00:00:00Z",
  } as const;
  const condition = { type: "Ready", status: ready, reason: "X", message: "", lastTransitionTime: "" };
  return { status: { operation: { ...operation, phase, version }, conditions: [condition] } };
}

async function samples(fleet: Fleet): Promise<readonly string[]> {
  const registry = new Registry();
  addFleetFigures(registry, fleet);
  await registry.metrics();
  const text = await registry.metrics(); // read twice: nothing is counted double
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

it("counts devices by phase, nodes by their last operation and readiness, and what was heard", async () => {
  const fleet = {
    devices: () => [{ phase: "Active" }, { phase: "Dead" }, { phase: "Active" }],
    nodes: () => [
      nodeIn("Done", "1.1.0", "True"),
      nodeIn("Transferring", "1.2.0", "False"),
      nodeIn("Done", "1.1.0", "True"),
      {},
    ],
    heard: () => ({ messages: 70, dropped: 3 }),
  };
  expect(await samples(fleet)).toEqual([
    'spore_devices{phase="Active"} 2',
    'spore_devices{phase="Dead"} 1',
    'spore_node_operations{kind="InstallFirmware",version="1.1.0",phase="Done"} 2',
    'spore_node_operations{kind="InstallFirmware",version="1.2.0",phase="Transferring"} 1',
    'spore_nodes{ready="True"} 2',
    'spore_nodes{ready="False"} 1',
    'spore_nodes{ready="Unknown"} 1',
    "spore_heartbeats_total 70",
    "spore_heartbeats_dropped_total 3",
  ]);
});

it("names a hundred versions and no more", async () => {
  const nodes = Array.from({ length: 150 }, (_, index) => nodeIn("Done", `1.0.${index}`, "True"));
  const fleet = { devices: () => [], nodes: () => nodes, heard: () => ({ messages: 0, dropped: 0 }) };
  const operations = (await samples(fleet)).filter((line) => line.startsWith("spore_node_operations"));
  expect(operations).toHaveLength(101);
  expect(operations).toContain('spore_node_operations{kind="InstallFirmware",version="others",phase="Done"} 50');
});

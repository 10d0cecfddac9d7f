import { Node } from "../../controller/api/node.ts";
import { NodeGroup, type NodeGroupSpec } from "../../controller/api/node-group.ts";
import { sleep, systemClock } from "../../controller/base/clock.ts";
import type { FleetOptions } from "../../controller/simulator/spore/fleet.ts";
import type { SimulatedNode } from "../../controller/simulator/spore/node.ts";
import { scaledClock } from "../../controller/simulator/spore/scaled-clock.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { bootFleet } from "../support/spore-fleet.ts";
import { type Cluster, eventually, never, pushFirmware, startCluster, startControl, stateOf } from "./control-plane.ts";

/** A minute of a fleet's life in ten seconds. */
export const fastClock = scaledClock(systemClock, 6);

const selector = { matchLabels: { "spore.dev/family": "spore" } };
/** What `createGroup` asks for. */
export const version110 = simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 48_000 });

/** A group of all boards, in the namespace that may adopt. */
export async function createGroup({ client }: Cluster, spec: Partial<NodeGroupSpec> = {}): Promise<void> {
  const config = [{ values: { telemetry_interval_ms: 5000 } }];
  const template = { labels: { app: "lab" }, firmware: { name: "v110" }, config };
  const wanted = { selector, minReadySeconds: 0, adoption: "Automatic" as const, template, ...spec };
  await client.create(NodeGroup, { metadata: { name: "lab", namespace: "default" }, spec: wanted }, { signal: never });
}

/** Merges into the group's spec, as `kubectl patch` does. */
export async function changeGroup({ client }: Cluster, spec: object): Promise<void> {
  const body = JSON.parse(JSON.stringify({ spec }));
  await client.patch(NodeGroup, { namespace: "default", name: "lab" }, { type: "merge", body }, { signal: never });
}

/** Merges into a node's spec. */
export async function changeNode({ client }: Cluster, name: string, spec: object): Promise<void> {
  await client.patch(Node, { name }, { type: "merge", body: JSON.parse(JSON.stringify({ spec })) }, { signal: never });
}

export function nodeName(node: SimulatedNode | undefined): string {
  return node?.board.hostname.toLowerCase().replace("_", "-") ?? "";
}

export function isReady(node: Node | undefined): boolean {
  return stateOf(node, "Ready") === "True Converged";
}

/** Waits until all boards are what the group asks for. */
export async function untilConverged({ client }: Cluster, count: number): Promise<void> {
  const all = (lab: NodeGroup | undefined) =>
    lab?.status?.readyNodes === count && stateOf(lab, "Ready") === "True Converged";
  await eventually(client, NodeGroup, "lab", all, 60_000);
}

/** Boards, a cluster and controllers that have not met yet; the image is there. */
export async function startAll(options: Partial<FleetOptions> = {}, autoAdopt: readonly string[] = ["default"]) {
  const fleet = await bootFleet({ count: 1, clock: fastClock, ...options });
  const cluster = await startCluster(fastClock);
  const control = await startControl(cluster, { fleet, autoAdopt });
  await pushFirmware(cluster, "v110", "1.1.0", version110);
  return { fleet, cluster, control };
}

/** The same after everything converged. */
export async function startConverged(count: number) {
  const all = await startAll({ count });
  await createGroup(all.cluster);
  await untilConverged(all.cluster, count);
  return all;
}

/** Lets time go by on the cluster's clock. */
export function pass({ clock }: Cluster, durationMs: number): Promise<void> {
  return sleep(clock, durationMs, never);
}

import { isTrue } from "../api/conditions.ts";
import { LiveNode } from "../api/live-node.ts";
import { Node } from "../api/node.ts";
import { NodeGroup } from "../api/node-group.ts";
import type { Client } from "../client/client.ts";
import { type NodeLine, nodeLine } from "./fleet-view.ts";

/** One look at the fleet. */
export interface FleetLook {
  readonly lines: readonly NodeLine[];
  /** The version that the group asks for; undefined while it has not said so. */
  readonly version: string | undefined;
  readonly converged: boolean;
  /** Why the group is not Ready, for people; undefined when it is, or says nothing yet. */
  readonly reason: string | undefined;
  /** Set when the group gave up. */
  readonly stalled: string | undefined;
}

/** Reads nodes, live figures and the group, as anybody with a kubeconfig could. `nodesExpected` is how many there should be. */
export async function lookAtFleet(
  client: Client,
  group: { readonly namespace: string; readonly name: string },
  nodesExpected: number,
  signal: AbortSignal,
): Promise<FleetLook> {
  const [nodes, live, found] = await Promise.all([
    client.list(Node, {}, signal),
    client.list(LiveNode, {}, signal),
    client.get(NodeGroup, group, signal),
  ]);
  const version = found?.status?.firmware;
  const figures = new Map(live.items.map((item) => [item.metadata.name, item]));
  const lines = nodes.items.map((node) => nodeLine(node, figures.get(node.metadata.name), version));
  const conditions = found?.status?.conditions;
  const ready = conditions?.find(({ type }) => type === "Ready");
  const stalled = conditions?.find(({ type }) => type === "Stalled");
  const current = found !== undefined && found.status?.observedGeneration === found.metadata.generation;
  const converged =
    current &&
    isTrue(conditions, "Ready") &&
    lines.length === nodesExpected &&
    lines.every(({ state }) => state === "ready");
  return {
    lines,
    version,
    converged,
    reason: ready?.status === "True" ? undefined : ready?.message,
    stalled: stalled?.status === "True" ? stalled.message : undefined,
  };
}

import { findCondition, isTrue } from "../../api/conditions.ts";
import { keyOf, keyText } from "../../api/meta.ts";
import type { Node, NodeStatus } from "../../api/node.ts";
import type { NodeGroup } from "../../api/node-group.ts";
import type { NodeGroupRevision } from "../../api/node-group-revision.ts";
import type { WantedFirmware } from "../../artifacts/same-firmware.ts";
import { sameFirmware } from "../../artifacts/same-firmware.ts";
import type { RolloutMember } from "./rollout.ts";

/**
 * How long a node watches new code for crashes before it calls itself Ready, at the most. Of a group's `minReadySeconds` so much has passed
 * already when a node becomes Ready.
 */
export const crashLoopCheckMs = 15_000;

/** What a group's nodes are judged by. */
export interface Yardstick {
  readonly group: NodeGroup;
  readonly revision: NodeGroupRevision;
  /** What is known of the revision's image; absent when it asks for none. */
  readonly firmware?: WantedFirmware;
  readonly nowMs: number;
}

/** A member, and when time alone will make it available. */
export interface MemberState extends RolloutMember {
  readonly node: Node;
  readonly availableInMs?: number;
}

/** Judges one member by its status. */
export function memberState(node: Node, yardstick: Yardstick): MemberState {
  const revision = assignedRevision(node, yardstick.group);
  const waitMs = revision === undefined ? undefined : soakLeftMs(node, yardstick);
  return {
    node,
    name: node.metadata.name,
    ...(revision !== undefined && { revision }),
    available: isAvailable(node, revision, waitMs),
    ...(waitMs !== undefined && waitMs > 0 && { availableInMs: waitMs }),
    failed: revision !== undefined && isJudged(node) && isTrue(node.status?.conditions, "Stalled"),
    alreadyThere: isAlreadyThere(node, yardstick),
  };
}

/** The revision of this group that the node is assigned to. */
function assignedRevision(node: Node, group: NodeGroup): string | undefined {
  const { assignment } = node.spec;
  return assignment?.group === keyText(keyOf(group)) ? assignment.revision : undefined;
}

/** Whether the status speaks about the spec as it is now. */
export function isJudged(node: Node): boolean {
  return node.status?.observedGeneration === node.metadata.generation;
}

/** A node that nobody gave anything to do yet, or whom a person paused, does its work as long as it answers. */
function isAvailable(node: Node, revision: string | undefined, waitMs: number | undefined): boolean {
  if (revision === undefined || node.spec.paused) return isTrue(node.status?.conditions, "Reachable");
  return waitMs === 0;
}

/** What is left of `minReadySeconds`; undefined while the node is not Ready. */
function soakLeftMs(node: Node, { group, nowMs }: Yardstick): number | undefined {
  const ready = findCondition(node.status?.conditions, "Ready");
  if (ready?.status !== "True" || !isJudged(node)) return undefined;
  const neededMs = group.spec.minReadySeconds * 1000 - crashLoopCheckMs;
  return Math.max(0, Date.parse(ready.lastTransitionTime) + neededMs - nowMs);
}

function isAlreadyThere(node: Node, { revision, firmware }: Yardstick): boolean {
  const { status } = node;
  const { spec } = revision;
  if (!status || !isTrue(status.conditions, "Reachable")) return false;
  return (
    (!firmware || runs(status.firmware, spec.firmware?.digest, firmware)) &&
    (!spec.config || (status.config?.hash === spec.config.hash && isTrue(status.conditions, "ConfigCurrent"))) &&
    Object.entries(spec.labels ?? {}).every(([key, value]) => status.labels?.[key] === value) &&
    (status.pushedLabels ?? []).every((key) => key === "version" || spec.labels?.[key] !== undefined) &&
    (spec.restartedAt === undefined || bootedAfter(node, spec.restartedAt))
  );
}

/** What SPORE remembers to have installed is the same only when it is the same image; versions are for devices that report them. */
function runs(running: NodeStatus["firmware"], digest: string | undefined, wanted: WantedFirmware): boolean {
  if (running?.source !== "Reported") return running !== undefined && running.digest === digest;
  return sameFirmware(running, wanted) === "same";
}

function bootedAfter(node: Node, restartedAt: string): boolean {
  const { bootedAt, restartedAt: carriedOut } = node.status ?? {};
  return carriedOut === restartedAt || (bootedAt !== undefined && Date.parse(bootedAt) >= Date.parse(restartedAt));
}

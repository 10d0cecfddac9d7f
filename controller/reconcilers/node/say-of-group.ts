import type { NodeGroup } from "../../api/node-group.ts";

/**
 * All that a group says to its nodes by itself, as text to compare: whether they are its own, may be written to, when they count as ready. What the
 * template says reaches a node as the revision it is assigned, when the rollout has come to it.
 */
export function sayOfGroup(group: NodeGroup | undefined): string {
  if (!group) return "";
  const { template: _, strategy: __, ...rest } = group.spec;
  const { uid, deletionTimestamp } = group.metadata;
  return JSON.stringify([uid, deletionTimestamp, rest]);
}

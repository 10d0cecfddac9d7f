import type { Node } from "../../api/node.ts";
import type { NodeGroup } from "../../api/node-group.ts";
import { isEmptySelector, matchesSelector } from "../../api/selector.ts";

/** Which nodes a group decides about, and which it only would. */
export interface Membership {
  /** Owned by the group's namespace, matched, and not taken by a group that comes first; sorted by name. */
  readonly members: readonly Node[];
  /** Matched, but nobody has adopted them; sorted by name. */
  readonly unowned: readonly Node[];
  /** The namespace's other groups that match some of the same nodes, whoever wins them; sorted by name. */
  readonly overlaps: readonly { readonly group: string; readonly nodes: number }[];
}

/**
 * A node belongs to one group of its namespace: the one with the higher priority, then the older, then the first by name.
 *
 * @param others the groups of the same namespace; whether `group` is among them does not matter.
 * @param nodes may hold nodes of other namespaces; those are no concern of this group.
 */
export function membershipOf(group: NodeGroup, others: readonly NodeGroup[], nodes: readonly Node[]): Membership {
  const namespace = group.metadata.namespace;
  const rivals = others.filter((other) => other.metadata.name !== group.metadata.name && selects(other));
  const members: Node[] = [];
  const unowned: Node[] = [];
  const shared = new Map<string, number>();
  for (const node of selects(group) ? nodes : []) {
    if (!matches(group, node)) continue;
    const owner = node.spec.owner?.namespace;
    if (owner === undefined) unowned.push(node);
    if (owner !== namespace) continue;
    const claimants = rivals.filter((rival) => matches(rival, node));
    for (const { metadata } of claimants) shared.set(metadata.name, (shared.get(metadata.name) ?? 0) + 1);
    if (!claimants.some((rival) => comesFirst(rival, group))) members.push(node);
  }
  const overlaps = [...shared].map(([name, count]) => ({ group: name, nodes: count }));
  return {
    members: members.sort(byName),
    unowned: unowned.sort(byName),
    overlaps: overlaps.sort((a, b) => (a.group < b.group ? -1 : 1)),
  };
}

/** Whether `a` wins a node that both match. */
export function comesFirst(a: NodeGroup, b: NodeGroup): boolean {
  if (a.spec.priority !== b.spec.priority) return a.spec.priority > b.spec.priority;
  const [bornA, bornB] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  return bornA === bornB ? a.metadata.name < b.metadata.name : bornA < bornB;
}

/** A group with an empty selector is refused, and one that is on its way out claims nothing. */
function selects(group: NodeGroup): boolean {
  return !isEmptySelector(group.spec.selector) && group.metadata.deletionTimestamp === undefined;
}

function matches(group: NodeGroup, node: Node): boolean {
  return (
    node.metadata.deletionTimestamp === undefined && matchesSelector(group.spec.selector, node.metadata.labels ?? {})
  );
}

function byName(a: Node, b: Node): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}

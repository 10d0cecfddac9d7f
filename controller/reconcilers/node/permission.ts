import { parseKey } from "../../api/meta.ts";
import type { Node } from "../../api/node.ts";
import type { NodeGroup } from "../../api/node-group.ts";

/** Whether a device may be written to, and if not, why: the gate that every write passes, and the install once more before its first byte. */
export type Permission = WritePermission | Refusal;

/**
 * `managed`: a group says what the device should be. Else only what people ask of the node itself is carried out: `Unmanaged`, and as good as
 * it should be, when nobody else asks for anything; `Waiting` when a group will.
 */
export type WritePermission =
  | { readonly write: true; readonly managed: true }
  | {
      readonly write: true;
      readonly managed: false;
      readonly reason: "Unmanaged" | "Waiting";
      readonly message: string;
    };

export interface Refusal {
  readonly write: false;
  /** What would be allowed if somebody did not hold the node back for a while; absent where writing is out of the question. */
  readonly held?: WritePermission;
  readonly reason: string;
  readonly message: string;
}

/** The groups that have a say in what the device should be. */
export interface Deciders {
  /** The one that the node's assignment names, if it is there. */
  readonly group?: NodeGroup;
  /** One that selects the node and has not assigned it yet. */
  readonly claimant?: NodeGroup;
}

/**
 * Nothing is ever written to a device without an owner, one that somebody paused, or one that is not who it should be.
 *
 * @param conflict what is wrong with the device's identity.
 */
export function permissionOf(node: Node, deciders: Deciders, conflict: string | undefined): Permission {
  const { owner, paused } = node.spec;
  if (node.metadata.deletionTimestamp !== undefined) return no("Deleting", "The Node is being deleted.");
  if (conflict !== undefined) return no("Conflict", conflict);
  if (!owner)
    return no("Unowned", "Nobody has adopted the device; sporectl adopt does. Until then it is only watched.");
  const { group } = deciders;
  const free = writePermission(node, deciders);
  if (paused) return { ...no("Paused", "Somebody paused the node: it is watched and not touched."), held: free };
  if (!free.managed || !group?.spec.paused) return free;
  return { ...no("GroupPaused", "The group is paused: nothing new is started on any of its nodes."), held: free };
}

/** What may be done to a node that nobody holds back. */
function writePermission(node: Node, { group, claimant }: Deciders): WritePermission {
  if (isAssignedTo(node, group)) {
    if (node.spec.assignment?.revision !== undefined) return { write: true, managed: true };
    return unmanaged("Waiting", "Its group has chosen the device; its turn has not come yet.");
  }
  if (claimant)
    return unmanaged("Waiting", `NodeGroup ${claimant.metadata.name} selects the device and has yet to assign it.`);
  return unmanaged("Unmanaged", "No group decides about the device.");
}

/** Whether the group decides about the node. An assignment that outlived a change of owner is not the new owner's wish. */
export function isAssignedTo({ spec: { owner, assignment } }: Node, group: NodeGroup | undefined): boolean {
  const isThere = group !== undefined && group.metadata.deletionTimestamp === undefined;
  return isThere && assignment?.group !== undefined && parseKey(assignment.group).namespace === owner?.namespace;
}

function unmanaged(reason: "Unmanaged" | "Waiting", message: string): WritePermission {
  return { write: true, managed: false, reason, message };
}

function no(reason: string, message: string) {
  return { write: false, reason, message } as const;
}

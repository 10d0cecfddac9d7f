import { parseKey } from "../../api/meta.ts";
import type { Node } from "../../api/node.ts";
import type { NodeGroup } from "../../api/node-group.ts";

/** Whether a device may be written to, and if not, why: the gate that every write passes, and the install once more before its first byte. */
export type Permission = WritePermission | Refusal;

/** `managed`: a group says what the device should be. Else only what people ask of the node itself is carried out; `message` says why. */
export type WritePermission =
  | { readonly write: true; readonly managed: true }
  | { readonly write: true; readonly managed: false; readonly message: string };

export interface Refusal {
  readonly write: false;
  /** What would be allowed if somebody did not hold the node back for a while; absent where writing is out of the question. */
  readonly held?: WritePermission;
  readonly reason: string;
  readonly message: string;
}

/**
 * Nothing is ever written to a device without an owner, one that somebody paused, or one that is not who it should be.
 *
 * @param group the group that the node's assignment names, if it is there.
 * @param conflict what is wrong with the device's identity.
 */
export function permissionOf(node: Node, group: NodeGroup | undefined, conflict: string | undefined): Permission {
  const { owner, paused } = node.spec;
  if (node.metadata.deletionTimestamp !== undefined) return no("Deleting", "The Node is being deleted.");
  if (conflict !== undefined) return no("Conflict", conflict);
  if (!owner)
    return no("Unowned", "Nobody has adopted the device; sporectl adopt does. Until then it is only watched.");
  const free = writePermission(node, group);
  if (paused) return { ...no("Paused", "Somebody paused the node: it is watched and not touched."), held: free };
  if (!free.managed || !group?.spec.paused) return free;
  return { ...no("GroupPaused", "The group is paused: nothing new is started on any of its nodes."), held: free };
}

/** What may be done to a node that nobody holds back. */
function writePermission({ spec: { owner, assignment } }: Node, group: NodeGroup | undefined): WritePermission {
  const unmanaged = (message: string) => ({ write: true, managed: false, message }) as const;
  const isThere = group !== undefined && group.metadata.deletionTimestamp === undefined;
  // An assignment that outlived a change of owner is not the new owner's wish.
  if (!isThere || assignment?.group === undefined || parseKey(assignment.group).namespace !== owner?.namespace)
    return unmanaged("No group decides about the device.");
  if (assignment.revision === undefined)
    return unmanaged("Its group has chosen the device; its turn has not come yet.");
  return { write: true, managed: true };
}

function no(reason: string, message: string) {
  return { write: false, reason, message } as const;
}

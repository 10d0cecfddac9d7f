import { parseKey } from "../../api/meta.ts";
import type { Node } from "../../api/node.ts";
import type { NodeGroup } from "../../api/node-group.ts";

/** Whether a device may be written to, and if not, why: the gate that every write passes, and the install once more before its first byte. */
export type Permission =
  /** `managed`: a group says what the device should be. Else only what people ask of the node itself is carried out. */
  | { readonly write: true; readonly managed: boolean }
  | {
      readonly write: false;
      /** Somebody holds the node back for a while; absent where writing is out of the question. */
      readonly held?: { readonly managed: boolean };
      readonly reason: string;
      readonly message: string;
    };

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
  const managed = isManaged(node, group);
  if (paused) return { ...no("Paused", "Somebody paused the node: it is watched and not touched."), held: { managed } };
  if (!managed || !group?.spec.paused) return { write: true, managed };
  const message = "The group is paused: nothing new is started on any of its nodes.";
  return { ...no("GroupPaused", message), held: { managed } };
}

/** Whether a group decides about the node. */
function isManaged({ spec: { owner, assignment } }: Node, group: NodeGroup | undefined): boolean {
  if (assignment?.group === undefined || assignment.revision === undefined) return false;
  // An assignment that outlived a change of owner is not the new owner's wish.
  if (parseKey(assignment.group).namespace !== owner?.namespace) return false;
  return group !== undefined && group.metadata.deletionTimestamp === undefined;
}

function no(reason: string, message: string) {
  return { write: false, reason, message } as const;
}

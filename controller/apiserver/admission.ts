import { firmwareCauses } from "../api/admission/firmware-causes.ts";
import { nodeCauses } from "../api/admission/node-causes.ts";
import { nodeGroupCauses } from "../api/admission/node-group-causes.ts";
import { forbiddenValue } from "../api/causes.ts";
import { Firmware } from "../api/firmware.ts";
import { apiVersionOf, type Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { Node } from "../api/node.ts";
import { NodeGroup } from "../api/node-group.ts";
import { NodeGroupRevision } from "../api/node-group-revision.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isSameJson } from "../base/same-json.ts";
import { objectIn } from "./object-meta.ts";
import { controllers, type User } from "./user.ts";

/**
 * What the rules of SPORE say against an object that is valid by its schema. `old` is the stored one on an update. Reconcilers repeat the same
 * checks, because on another server nobody else makes them.
 */
export function admissionCauses(object: JsonObject, old: JsonObject | undefined): readonly Cause[] {
  if (old !== undefined && isSameJson(object.spec, old.spec)) return [];
  if (isOf(NodeGroup, object)) return nodeGroupCauses(object);
  if (isOf(Firmware, object)) return firmwareCauses(object);
  if (isOf(Node, object)) return nodeCauses(object);
  if (isOf(NodeGroupRevision, object) && old !== undefined) {
    return [
      forbiddenValue("spec", "a revision is history and cannot change; change the NodeGroup, and it makes a new one"),
    ];
  }
  return [];
}

/** Why `user` may not write this object, although they may write objects of its kind; undefined when they may. */
export function admissionRefusal(object: JsonObject, old: JsonObject | undefined, user: User): string | undefined {
  if (!isOf(Node, object) || user.name === controllers.name) return undefined;
  const before = old === undefined ? undefined : objectIn(old, "spec").assignment;
  if (isSameJson(objectIn(object, "spec").assignment, before)) return undefined;
  return `spec.assignment is written by SPORE's controllers alone, not by "${user.name}"; change the NodeGroup that selects the node instead`;
}

/** Whether an object is of a kind. Its shape was checked against the kind's schema before. */
function isOf<T extends Resource>(kind: Kind<T>, object: JsonObject): object is JsonObject & T {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}

import { firmwareCauses } from "../api/admission/firmware-causes.ts";
import { nodeGroupCauses } from "../api/admission/node-group-causes.ts";
import { Firmware } from "../api/firmware.ts";
import { apiVersionOf, type Kind, resourceName } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { Node } from "../api/node.ts";
import { NodeGroup } from "../api/node-group.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isSameJson } from "../base/same-json.ts";
import type { Rights } from "./authz/authorizer.ts";
import { objectIn } from "./object-meta.ts";
import type { KindHooks } from "./served-kind.ts";
import { controllersGroup } from "./user.ts";

/** Checks that look at the spec, and only where it changed: what was stored once may stay. */
function specChecks<T extends Resource>(kind: Kind<T>, causesOf: (object: T) => readonly Cause[]): KindHooks {
  return {
    check: (object, old) => {
      const isSettled = old !== undefined && isSameJson(object.spec, old.spec);
      return isSettled || !isOf(kind, object) ? [] : causesOf(object);
    },
  };
}

/** Whether an object is of a kind. Its shape was checked against the kind's schema before. */
function isOf<T extends Resource>(kind: Kind<T>, object: JsonObject): object is JsonObject & T {
  return object.kind === kind.kind && object.apiVersion === apiVersionOf(kind);
}

/**
 * What the rules of SPORE say of its own kinds, beyond what a CRD can say. Reconcilers repeat the same checks, because on another server nobody else
 * makes them.
 */
const hooksByResource: ReadonlyMap<string, KindHooks> = new Map([
  [resourceName(NodeGroup), specChecks(NodeGroup, nodeGroupCauses)],
  [resourceName(Firmware), specChecks(Firmware, firmwareCauses)],
  [resourceName(Node), { refuse: assignmentRefusal }],
]);

/** The hooks of a kind that a CRD defines, where it is one of ours. */
export function sporeHooks(kind: Pick<Kind, "group" | "plural">): KindHooks | undefined {
  return hooksByResource.get(resourceName(kind));
}

function assignmentRefusal(object: JsonObject, old: JsonObject | undefined, { user }: Rights): string | undefined {
  if (user.groups.includes(controllersGroup)) return undefined;
  const before = old === undefined ? undefined : objectIn(old, "spec").assignment;
  if (isSameJson(objectIn(object, "spec").assignment, before)) return undefined;
  return `spec.assignment is written by SPORE's controllers alone, not by "${user.name}"; change the NodeGroup that selects the node instead`;
}

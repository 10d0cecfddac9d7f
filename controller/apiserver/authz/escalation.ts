import type { PolicyRule } from "../../api/policy-rule.ts";
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "../../api/rbac-kinds.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import { notFound } from "../collection.ts";
import { metadataOf, textIn, withMetadata } from "../object-meta.ts";
import { mastersGroup } from "../user.ts";
import { may, type Rights } from "./authorizer.ts";
import { listed } from "./rbac-index.ts";
import { roleRefIn, rulesIn } from "./rbac-object.ts";
import { uncovered } from "./rule-cover.ts";

/** What only somebody who may do everything may gather up. */
const fullAuthority: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"] },
  { verbs: ["*"], nonResourceURLs: ["*"] },
];

/**
 * Why somebody may not write a role or binding: nobody may grant what they do not hold, in a role or by binding one, unless they have the verb `escalate`
 * on the role or `bind` on the one that is bound (kubernetes, `pkg/registry/rbac`).
 *
 * @throws SporeError `SPORE_NOT_FOUND` when a binding names a role that is not there: nothing can be said about it then.
 */
export function refuseEscalation(object: JsonObject, old: JsonObject | undefined, rights: Rights): string | undefined {
  if (rights.user.groups.includes(mastersGroup)) return undefined;
  // The garbage collector takes owners and finalizers off whatever it may not grant.
  if (old !== undefined && isSameJson(withoutCollected(object), withoutCollected(old))) return undefined;
  switch (object.kind) {
    case Role.kind:
    case ClusterRole.kind:
      return refuseRole(object, old, rights);
    default:
      return refuseBinding(object, rights);
  }
}

function refuseRole(role: JsonObject, old: JsonObject | undefined, rights: Rights): string | undefined {
  const { group, plural } = role.kind === Role.kind ? Role : ClusterRole;
  const { namespace, name } = addressOf(role);
  if (may(rights, { kind: "resource", verb: "escalate", group, plural, name, ...namespace })) return undefined;
  const gathers = isJsonObject(role.aggregationRule) || isJsonObject(old?.aggregationRule);
  if (gathers && refuseRules(fullAuthority, undefined, rights) !== undefined) {
    return "must have cluster-admin privileges to use the aggregationRule";
  }
  return refuseRules(rulesIn(role), namespace.namespace, rights);
}

function refuseBinding(binding: JsonObject, rights: Rights): string | undefined {
  const ref = roleRefIn(binding);
  const { group, plural } = ref.kind === Role.kind ? Role : ClusterRole;
  const { namespace } = addressOf(binding);
  if (may(rights, { kind: "resource", verb: "bind", group, plural, name: ref.name, ...namespace })) return undefined;
  const rules = rights.authorizer.rulesOfRole(ref, namespace.namespace);
  // As in Kubernetes, the message speaks of the binding's kind under the role's name.
  if (rules === undefined)
    throw notFound(binding.kind === RoleBinding.kind ? RoleBinding : ClusterRoleBinding, ref.name);
  return refuseRules(rules, namespace.namespace, rights);
}

function refuseRules(
  wanted: readonly PolicyRule[],
  namespace: string | undefined,
  { user, authorizer }: Rights,
): string | undefined {
  const held = authorizer.rulesOf(user, namespace);
  const missing = uncovered(held.rules, wanted);
  if (missing.length === 0) return undefined;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(" ");
  const faults = held.faults.length === 0 ? "" : `; resolution errors: ${listed(held.faults)}`;
  return `user ${JSON.stringify(user.name)} (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing.join("\n")}${faults}`;
}

function addressOf(object: JsonObject) {
  const metadata = metadataOf(object);
  const namespace = textIn(metadata, "namespace");
  return { namespace: namespace === "" ? {} : { namespace }, name: textIn(metadata, "name") };
}

function withoutCollected(object: JsonObject): JsonObject {
  return withMetadata(object, { ownerReferences: undefined, finalizers: undefined, managedFields: undefined });
}

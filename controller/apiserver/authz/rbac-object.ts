import type { PolicyRule } from "../../api/policy-rule.ts";
import type { RoleRef, Subject } from "../../api/rbac-kinds.ts";
import type { LabelRequirement, LabelSelector } from "../../api/selector.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { objectIn, textIn, textsIn } from "../object-meta.ts";

/** Roles and bindings out of JSON. What is not as it should be is left out: it grants nothing. */

export function rulesIn(role: JsonObject): readonly PolicyRule[] {
  return listIn(role, "rules").map((rule) => ({
    verbs: textsIn(rule, "verbs"),
    apiGroups: textsIn(rule, "apiGroups"),
    resources: textsIn(rule, "resources"),
    resourceNames: textsIn(rule, "resourceNames"),
    nonResourceURLs: textsIn(rule, "nonResourceURLs"),
  }));
}

export function roleRefIn(binding: JsonObject): RoleRef {
  const ref = objectIn(binding, "roleRef");
  const kind = textIn(ref, "kind") === "ClusterRole" ? "ClusterRole" : "Role";
  return { apiGroup: textIn(ref, "apiGroup"), kind, name: textIn(ref, "name") };
}

export function subjectsIn(binding: JsonObject): readonly Subject[] {
  return listIn(binding, "subjects").flatMap((subject) => {
    const [kind, name, namespace] = [textIn(subject, "kind"), textIn(subject, "name"), textIn(subject, "namespace")];
    return kind === "User" || kind === "Group" || kind === "ServiceAccount" ? [{ kind, name, namespace }] : [];
  });
}

/** The objects in a list; empty where there is none. */
export function listIn(object: JsonObject, field: string): readonly JsonObject[] {
  const list = object[field];
  return Array.isArray(list) ? list.filter((item: JsonValue) => isJsonObject(item)) : [];
}

const operators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;

/** A label selector. A requirement that cannot be understood is met by nothing. */
export function selectorIn(selector: JsonObject): LabelSelector {
  const matchLabels = Object.entries(objectIn(selector, "matchLabels")).map(([key, value]) => [key, String(value)]);
  return {
    matchLabels: Object.fromEntries(matchLabels),
    matchExpressions: listIn(selector, "matchExpressions").map(requirementIn),
  };
}

function requirementIn(requirement: JsonObject): LabelRequirement {
  const key = textIn(requirement, "key");
  const operator = operators.find((known) => known === requirement.operator);
  return operator === undefined
    ? { key, operator: "In", values: [] }
    : { key, operator, values: textsIn(requirement, "values") };
}

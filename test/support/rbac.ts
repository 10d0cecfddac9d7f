import type { JsonObject } from "../../controller/base/json.ts";

/** Roles and bindings as tests write them. */
const apiVersion = "rbac.authorization.k8s.io/v1";
export const rbacRoot = `/apis/${apiVersion}`;

export const rbacUrls = {
  roles: `${rbacRoot}/namespaces/default/roles`,
  roleBindings: `${rbacRoot}/namespaces/default/rolebindings`,
  clusterRoles: `${rbacRoot}/clusterroles`,
  clusterRoleBindings: `${rbacRoot}/clusterrolebindings`,
} as const;

export function role(name: string, rules: readonly JsonObject[], metadata: JsonObject = {}): JsonObject {
  return { apiVersion, kind: "Role", metadata: { name, ...metadata }, rules };
}

export function clusterRole(name: string, rules: readonly JsonObject[], metadata: JsonObject = {}): JsonObject {
  return { apiVersion, kind: "ClusterRole", metadata: { name, ...metadata }, rules };
}

/** A binding of `Kind/name` to subjects such as `User/alice` or `ServiceAccount/namespace/name`. */
export function binding(
  kind: "RoleBinding" | "ClusterRoleBinding",
  name: string,
  to: string,
  subjects: readonly string[],
): JsonObject {
  const [roleKind = "", ...roleName] = to.split("/");
  return {
    apiVersion,
    kind,
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: roleKind, name: roleName.join("/") },
    subjects: subjects.map(subject),
  };
}

function subject(text: string): JsonObject {
  const [kind = "", ...rest] = text.split("/");
  if (kind === "ServiceAccount") return { kind, namespace: rest[0] ?? "", name: rest[1] ?? "" };
  return { kind, apiGroup: "rbac.authorization.k8s.io", name: rest.join("/") };
}

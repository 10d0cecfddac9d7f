import type { Kind } from "./kind.ts";
import type { Resource } from "./meta.ts";
import type { PolicyRule } from "./policy-rule.ts";
import type { LabelSelector } from "./selector.ts";

/** Kubernetes' kinds for who may do what. */

export const rbacGroup = "rbac.authorization.k8s.io";

export interface Role extends Resource {
  readonly rules?: readonly PolicyRule[] | null;
}

export interface ClusterRole extends Role {
  /** Roles whose rules are gathered into this one. */
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

/** The role that a binding grants. */
export interface RoleRef {
  readonly apiGroup: string;
  readonly kind: "Role" | "ClusterRole";
  readonly name: string;
}

/** Somebody that a binding grants a role to. */
export interface Subject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly apiGroup?: string;
  readonly name: string;
  /** Of a ServiceAccount. */
  readonly namespace?: string;
}

export interface RoleBinding extends Resource {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

export const Role: Kind<Role> = { group: rbacGroup, version: "v1", kind: "Role", plural: "roles", namespaced: true };

export const ClusterRole: Kind<ClusterRole> = {
  group: rbacGroup,
  version: "v1",
  kind: "ClusterRole",
  plural: "clusterroles",
  namespaced: false,
};

export const RoleBinding: Kind<RoleBinding> = {
  group: rbacGroup,
  version: "v1",
  kind: "RoleBinding",
  plural: "rolebindings",
  namespaced: true,
};

export const ClusterRoleBinding: Kind<RoleBinding> = {
  group: rbacGroup,
  version: "v1",
  kind: "ClusterRoleBinding",
  plural: "clusterrolebindings",
  namespaced: false,
};

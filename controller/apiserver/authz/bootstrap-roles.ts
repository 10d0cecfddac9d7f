import {
  controllerRules,
  controllersRole,
  gitSyncControllerRules,
  gitSyncRole,
  gitSyncRules,
  housekeepingRules,
  remoteImageRules,
  remoteNamespaceRules,
  remoteRules,
} from "../../api/controller-rules.ts";
import type { PolicyRule } from "../../api/policy-rule.ts";
import { rbacGroup } from "../../api/rbac-kinds.ts";
import type { JsonObject } from "../../base/json.ts";
import { authenticatedGroup, controllersGroup, gitSyncs, mastersGroup, unauthenticatedGroup } from "../user.ts";

/** The roles and bindings that are there from the start, as objects without the fields that the server gives. */

/** Set on what is ours; with `"false"` in the annotation a role is left as people made it. */
export const autoupdateAnnotation = "rbac.authorization.kubernetes.io/autoupdate";
const bootstrapLabels = { "kubernetes.io/bootstrapping": "rbac-defaults" };

const read = ["get", "list", "watch"];
const write = ["create", "delete", "deletecollection", "patch", "update"];

/** What people write of SPORE's kinds, and does not lie in the hands of machines alone. */
const sporeWorkloads = ["nodegroups", "firmwares", "gitsyncs"];

/** For people whose other roles hold in one namespace only: nodes and images belong to no namespace. */
export const fleetViewerRole = "spore-fleet-viewer";
export const uploaderRole = "spore-uploader";

/** Paths that say whether the server lives, and which it is. */
const infoPaths = ["/healthz", "/livez", "/readyz", "/version"];

const viewRules: readonly PolicyRule[] = [
  // Secrets are left out on purpose: whoever may see a fleet may not see its passwords.
  { apiGroups: [""], resources: ["configmaps", "events", "namespaces", "serviceaccounts", "services"], verbs: read },
  { apiGroups: ["events.k8s.io"], resources: ["events"], verbs: read },
  { apiGroups: ["spore.dev"], resources: ["*"], verbs: read },
  { apiGroups: ["live.spore.dev"], resources: ["livenodes"], verbs: read },
  { nonResourceURLs: ["/artifacts/*"], verbs: ["get"] },
];

const editRules: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["configmaps", "secrets", "serviceaccounts"], verbs: [...read, ...write] },
  { apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] },
  { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] },
  { apiGroups: ["", "events.k8s.io"], resources: ["events"], verbs: ["create", "patch", "update"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [...read, ...write] },
  { apiGroups: ["spore.dev"], resources: ["nodes", ...sporeWorkloads], verbs: write },
  { apiGroups: ["spore.dev"], resources: ["nodegrouprevisions"], verbs: ["delete", "deletecollection"] },
  { nonResourceURLs: ["/artifacts/*"], verbs: ["put"] },
];

const adminRules: readonly PolicyRule[] = [
  { apiGroups: [rbacGroup], resources: ["roles", "rolebindings"], verbs: [...read, ...write] },
  { apiGroups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews"], verbs: ["create"] },
];

function clusterRole(
  name: string,
  rules: readonly PolicyRule[],
  labels: Readonly<Record<string, string>> = {},
): JsonObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: "ClusterRole",
    metadata: {
      name,
      labels: { ...bootstrapLabels, ...labels },
      annotations: { [autoupdateAnnotation]: "true" },
    },
    rules: rules.map((rule) => ({ ...rule })),
  };
}

/** The label by which the rules of a role become part of `role`. */
function partOf(role: string): Readonly<Record<string, string>> {
  return { [`rbac.authorization.k8s.io/aggregate-to-${role}`]: "true" };
}

function aggregate(name: string, labels: Readonly<Record<string, string>> = {}): JsonObject {
  return {
    ...clusterRole(name, [], labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: partOf(name) }] },
  };
}

export const bootstrapClusterRoles: readonly JsonObject[] = [
  clusterRole("cluster-admin", [
    { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] },
  ]),
  aggregate("admin"),
  aggregate("edit", partOf("admin")),
  aggregate("view", partOf("edit")),
  clusterRole("system:aggregate-to-admin", adminRules, partOf("admin")),
  clusterRole("system:aggregate-to-edit", editRules, partOf("edit")),
  clusterRole("system:aggregate-to-view", viewRules, partOf("view")),
  clusterRole("system:basic-user", [
    {
      apiGroups: ["authorization.k8s.io"],
      resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
      verbs: ["create"],
    },
    { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
  ]),
  clusterRole("system:public-info-viewer", [{ nonResourceURLs: infoPaths, verbs: ["get"] }]),
  clusterRole("system:discovery", [
    {
      nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*", ...infoPaths],
      verbs: ["get"],
    },
  ]),
  clusterRole("system:monitoring", [
    {
      nonResourceURLs: [...infoPaths, "/healthz/*", "/livez/*", "/readyz/*", "/metrics"],
      verbs: ["get"],
    },
  ]),
  clusterRole("system:auth-delegator", [
    { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
    { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
  ]),
  clusterRole(fleetViewerRole, [
    { apiGroups: ["spore.dev"], resources: ["nodes", "nodes/status"], verbs: read },
    { apiGroups: ["live.spore.dev"], resources: ["livenodes"], verbs: read },
    { nonResourceURLs: ["/artifacts/*"], verbs: ["get"] },
  ]),
  clusterRole(uploaderRole, [{ nonResourceURLs: ["/artifacts/*"], verbs: ["get", "put"] }]),
  clusterRole(controllersRole, [
    ...controllerRules,
    ...gitSyncControllerRules,
    ...housekeepingRules,
    ...remoteRules,
    ...remoteNamespaceRules,
    ...remoteImageRules,
  ]),
  clusterRole(gitSyncRole, gitSyncRules),
];

function clusterRoleBinding(role: string, subjects: readonly JsonObject[]): JsonObject {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: role, labels: bootstrapLabels, annotations: { [autoupdateAnnotation]: "true" } },
    roleRef: { apiGroup: rbacGroup, kind: "ClusterRole", name: role },
    subjects,
  };
}

const group = (name: string): JsonObject => ({ kind: "Group", apiGroup: rbacGroup, name });

export const bootstrapClusterRoleBindings: readonly JsonObject[] = [
  clusterRoleBinding("cluster-admin", [group(mastersGroup)]),
  clusterRoleBinding("system:basic-user", [group(authenticatedGroup)]),
  clusterRoleBinding("system:discovery", [group(authenticatedGroup)]),
  clusterRoleBinding("system:public-info-viewer", [group(authenticatedGroup), group(unauthenticatedGroup)]),
  clusterRoleBinding("system:monitoring", [group("system:monitoring")]),
  clusterRoleBinding(controllersRole, [group(controllersGroup)]),
  clusterRoleBinding(gitSyncRole, [{ kind: "User", apiGroup: rbacGroup, name: gitSyncs.name }]),
];

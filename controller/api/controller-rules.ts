import type { PolicyRule } from "./policy-rule.ts";

const read = ["get", "list", "watch"] as const;
/** What the garbage collector does to dependents: delete them, or take an owner or finalizer off them. */
const collect = ["delete", "patch"] as const;

/** A role that holds `controllerRules`, under the same name on every server. */
export const controllersRole = "system:spore-controllers";

/**
 * All that the controllers may do; everything else is refused to them, so a fault in one stays small. Within this process and on a Kubernetes cluster it
 * is the same list.
 */
export const controllerRules: readonly PolicyRule[] = [
  { apiGroups: ["spore.dev"], resources: ["nodes"], verbs: [...read, ...collect, "create", "update"] },
  { apiGroups: ["spore.dev"], resources: ["nodegroups", "firmwares"], verbs: [...read, ...collect, "update"] },
  { apiGroups: ["spore.dev"], resources: ["nodegrouprevisions"], verbs: [...read, ...collect, "create"] },
  { apiGroups: ["spore.dev"], resources: ["gitsyncs"], verbs: [...read, ...collect] },
  {
    apiGroups: ["spore.dev"],
    resources: ["nodes/status", "nodegroups/status", "firmwares/status", "gitsyncs/status"],
    verbs: ["get", "patch", "update"],
  },
  { apiGroups: ["live.spore.dev"], resources: ["livenodes"], verbs: read },
  { apiGroups: [""], resources: ["namespaces"], verbs: read },
  { apiGroups: [""], resources: ["configmaps"], verbs: [...read, ...collect] },
  { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get"] },
  { apiGroups: [""], resources: ["secrets"], verbs: [...read, ...collect, "create"] },
  { apiGroups: [""], resources: ["events"], verbs: [...read, ...collect, "create", "update"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: [...read, ...collect, "create", "update"] },
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: read },
  { nonResourceURLs: ["/artifacts/*"], verbs: ["get", "head"] },
];

/** A role that holds `gitSyncRules`. */
export const gitSyncRole = "system:spore-git-sync";

const bring = ["get", "create", "patch", "delete"] as const;

/** What a GitSync that names no ServiceAccount needs for the objects that it may bring. */
export const gitSyncRules: readonly PolicyRule[] = [
  { apiGroups: ["spore.dev"], resources: ["nodegroups", "firmwares"], verbs: bring },
  { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: bring },
];

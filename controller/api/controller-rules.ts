import type { PolicyRule } from "./policy-rule.ts";

const read = ["get", "list", "watch"] as const;

/** A role that holds what controllers need on an API server of our own. */
export const controllersRole = "system:spore-controllers";

/**
 * All that the controllers of SPORE's kinds may do; everything else is refused to them, so a fault in one stays small. Within this process and on a
 * Kubernetes cluster it is the same list.
 */
export const controllerRules: readonly PolicyRule[] = [
  { apiGroups: ["spore.dev"], resources: ["nodes"], verbs: [...read, "create", "delete", "patch"] },
  { apiGroups: ["spore.dev"], resources: ["nodegroups"], verbs: [...read, "patch"] },
  { apiGroups: ["spore.dev"], resources: ["firmwares"], verbs: read },
  { apiGroups: ["spore.dev"], resources: ["nodegrouprevisions"], verbs: [...read, "create", "delete"] },
  {
    apiGroups: ["spore.dev"],
    resources: ["nodes/status", "nodegroups/status", "firmwares/status"],
    verbs: ["patch"],
  },
  // A revision holds on to its group, and its Secret to it; some clusters want leave for that.
  {
    apiGroups: ["spore.dev"],
    resources: ["nodegroups/finalizers", "nodegrouprevisions/finalizers"],
    verbs: ["update"],
  },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["list", "watch"] },
  { apiGroups: [""], resources: ["secrets"], verbs: [...read, "create"] },
  { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
];

/** What the controller of GitSyncs needs for itself; it runs beside our own API server only. */
export const gitSyncControllerRules: readonly PolicyRule[] = [
  { apiGroups: ["spore.dev"], resources: ["gitsyncs"], verbs: read },
  { apiGroups: ["spore.dev"], resources: ["gitsyncs/status"], verbs: ["patch"] },
  { apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get"] },
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: read },
];

/** A role that holds `gitSyncRules`. */
export const gitSyncRole = "system:spore-git-sync";

const bring = ["get", "create", "patch", "delete"] as const;

/** What a GitSync that names no ServiceAccount needs for the objects that it may bring. */
export const gitSyncRules: readonly PolicyRule[] = [
  { apiGroups: ["spore.dev"], resources: ["nodegroups", "firmwares"], verbs: bring },
  { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: bring },
];

/** What a cluster's API server does by itself, and a controller beside our own: the end of old Events. */
export const housekeepingRules: readonly PolicyRule[] = [
  { apiGroups: [""], resources: ["events"], verbs: ["list", "delete"] },
];

/** The name of the Lease, of the Service and of the EndpointSlice of processes that work on another API server. */
export const sporedName = "spored";

/**
 * What such a process needs beside `controllerRules`, everywhere: to look at its definitions, to ask who its own callers are, and, while it stands by, to
 * copy the images of the one that leads.
 */
export const remoteRules: readonly PolicyRule[] = [
  { apiGroups: ["apiextensions.k8s.io"], resources: ["customresourcedefinitions"], verbs: ["get"] },
  { apiGroups: ["authentication.k8s.io"], resources: ["tokenreviews"], verbs: ["create"] },
  { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
  {
    apiGroups: ["apiregistration.k8s.io"],
    resources: ["apiservices"],
    resourceNames: ["v1alpha1.live.spore.dev"],
    verbs: ["get", "patch"],
  },
  { apiGroups: ["live.spore.dev"], resources: ["artifacts"], verbs: ["get"] },
];

/** What it needs in its own namespace: to lead, and to say where it listens. A name cannot be given to what is not there yet. */
export const remoteNamespaceRules: readonly PolicyRule[] = [
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
  { apiGroups: ["coordination.k8s.io"], resources: ["leases"], resourceNames: [sporedName], verbs: ["get", "update"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["create"] },
  {
    apiGroups: ["discovery.k8s.io"],
    resources: ["endpointslices"],
    resourceNames: [sporedName],
    verbs: ["get", "update"],
  },
];

/** What it needs of another `spored`, which keeps the images. */
export const remoteImageRules: readonly PolicyRule[] = [{ nonResourceURLs: ["/artifacts/*"], verbs: ["get", "head"] }];

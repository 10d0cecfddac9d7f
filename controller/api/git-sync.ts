// Generated from crds/git-sync.yaml by `npm run gen`. Do not edit.
import type { Kind } from "./kind.ts";
import type { Condition, Resource } from "./meta.ts";

/** A Secret of this namespace with username and password (or a token as password), and ca.crt where the server has an authority of its own. */
export interface GitSyncSpecSecretRef {
  /** Its name. */
  readonly name: string;
}

/** Which repository, and how. */
export interface GitSyncSpec {
  /** https://HOST/PATH, or file:///PATH on the machine of spored, where the operator allows it (spored --sync-files). */
  readonly url: string;
  /** The branch whose newest commit counts. */
  readonly branch: string;
  /** The folder of the manifests, and of the folders below it; empty for the whole repository. */
  readonly path: string;
  /** How often to look for a new commit and to mend what somebody changed, such as 90s; at least 5s. */
  readonly interval: string;
  /** How long one conversation with the repository may take; 1s to 30m. */
  readonly timeout: string;
  /** The namespace of objects that do not say theirs; the GitSync's own unless it is said here. */
  readonly targetNamespace?: string;
  /** Look at nothing and change nothing. */
  readonly suspend: boolean;
  /** Delete objects that came from the repository and are no longer in it. */
  readonly prune: boolean;
  /** How many of its objects one commit may delete; a percentage rounds up. More needs sporectl sync NAME --prune. */
  readonly maxPruned: number | string;
  /** A Secret of this namespace with username and password (or a token as password), and ca.crt where the server has an authority of its own. */
  readonly secretRef?: GitSyncSpecSecretRef;
  /** The ServiceAccount of this namespace whose rights count. Without one: NodeGroups, Firmwares, ConfigMaps and Secrets of this namespace. */
  readonly serviceAccountName?: string;
}

/** GitSyncStatusInventoryItem */
export interface GitSyncStatusInventoryItem {
  /** The API group; empty for core kinds. */
  readonly group: string;
  /** The version that it was applied in. */
  readonly version: string;
  /** The kind. */
  readonly kind: string;
  /** The namespace; absent for objects in none. */
  readonly namespace?: string;
  /** The name. */
  readonly name: string;
}

/** How far it has come. */
export interface GitSyncStatus {
  /** The generation of the spec that this status answers. */
  readonly observedGeneration?: number;
  /** The value of the annotation reconcile.spore.dev/requestedAt that was answered last. */
  readonly lastHandledReconcileAt?: string;
  /** The newest commit that was tried, as BRANCH@sha1:ID. */
  readonly lastAttemptedRevision?: string;
  /** The newest commit that was applied as a whole, as BRANCH@sha1:ID. */
  readonly lastAppliedRevision?: string;
  /** How many objects came from it. */
  readonly objects?: number;
  /** The objects that came from it. They alone are ever deleted. */
  readonly inventory?: readonly GitSyncStatusInventoryItem[];
  /** Ready, Reconciling, Stalled. */
  readonly conditions?: readonly Condition[];
}

/** The objects that the manifests in a git repository describe, kept as its newest commit says. */
export interface GitSync extends Resource {
  readonly spec: GitSyncSpec;
  readonly status?: GitSyncStatus;
}

export const GitSync: Kind<GitSync> = {
  group: "spore.dev",
  version: "v1alpha1",
  kind: "GitSync",
  plural: "gitsyncs",
  namespaced: true,
};

import { resolve } from "node:path";
import { Namespace } from "../api/core-kinds.ts";
import { GitSync } from "../api/git-sync.ts";
import { ServiceAccount } from "../api/identity-kinds.ts";
import { apiVersionOf, type Kind } from "../api/kind.ts";
import type { Key } from "../api/meta.ts";
import { ClusterRoleBinding, rbacGroup } from "../api/rbac-kinds.ts";
import type { JsonObject } from "../base/json.ts";
import type { Client } from "../client/client.ts";
import { parseSyncArgument } from "../config/sync-argument.ts";

/**
 * Where the GitSync of `--sync` lies. Whoever may write GitSyncs there has all rights through its ServiceAccount, so it is no namespace that people
 * work in.
 */
const namespace = "spore-system";
const account = "spore-sync";
const name = "fleet";
/** Where objects go whose manifests say nothing of it, as with `--manifests`. */
const targetNamespace = "default";
const fieldManager = "spored-sync";

/**
 * Makes the GitSync that `--sync` asks for, with the rights of who started this process: the flag is the operator's word, and the objects say the same to everybody
 * who looks.
 *
 * @param client with all rights.
 * @throws SporeError `SPORE_USAGE` when the flag makes no sense.
 */
export async function declareSync({ flag, pruneAll }: Declared, client: Client, signal: AbortSignal): Promise<void> {
  const { url, branch, path } = parseSyncArgument(flag);
  const roleRef = { apiGroup: rbacGroup, kind: "ClusterRole", name: "cluster-admin" };
  const subjects = [{ kind: "ServiceAccount", namespace, name: account }];
  const spec = {
    url,
    serviceAccountName: account,
    targetNamespace,
    ...(branch !== undefined && { branch }),
    ...(path !== undefined && { path }),
    ...(pruneAll && { maxPruned: "100%" }),
  };
  const wanted: readonly Wanted[] = [
    { kind: Namespace, key: { name: namespace }, says: {} },
    { kind: ServiceAccount, key: { namespace, name: account }, says: {} },
    { kind: ClusterRoleBinding, key: { name: account }, says: { roleRef, subjects } },
    { kind: GitSync, key: { namespace, name }, says: { spec } },
  ];
  for (const { kind, key, says } of wanted) {
    const body = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata: { ...key }, ...says };
    await client.patch(kind, key, { type: "apply", body, force: true }, { signal, fieldManager });
  }
}

interface Declared {
  /** As `parseSyncArgument` reads it. */
  readonly flag: string;
  /** Whether a commit may delete any number of objects. */
  readonly pruneAll: boolean;
}

interface Wanted {
  readonly kind: Kind;
  readonly key: Key;
  readonly says: JsonObject;
}

/** The directory of the repository that `--sync` names, where it is one of this machine: naming it allows reading it. */
export function fileRootOf(flag: string | undefined): readonly string[] {
  const url = flag === undefined ? "" : parseSyncArgument(flag).url;
  const path = url.replace(/^file:\/\//, "");
  return path.startsWith("/") ? [resolve(path)] : [];
}

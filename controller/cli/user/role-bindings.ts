import { Namespace } from "../../api/core-kinds.ts";
import type { Kind } from "../../api/kind.ts";
import { keyOf, type Resource } from "../../api/meta.ts";
import { ClusterRole, ClusterRoleBinding, RoleBinding, rbacGroup } from "../../api/rbac-kinds.ts";
import { fleetViewerRole, uploaderRole } from "../../apiserver/authz/bootstrap-roles.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { apiClient } from "../../client/api-client.ts";
import type { Client, Manifest } from "../../client/client.ts";
import { httpsTransport } from "../../client/https-transport.ts";
import type { ClusterAccess } from "../../client/kubeconfig.ts";
import { clientVersion } from "../client-version.ts";
import type { Io } from "../io.ts";

/** The bindings that `spored user` makes and removes. They are objects, so the server must run. */

const madeByUs = { "app.kubernetes.io/managed-by": "spored-user" };
const selector = "app.kubernetes.io/managed-by=spored-user";

/** Somebody's roles; without a namespace they hold everywhere. */
export interface Grant {
  readonly user: string;
  readonly roles: readonly string[];
  readonly namespace?: string;
}

/** Runs `work` as the administrator of a server. */
export async function asAdministrator<T>(
  admin: ClusterAccess,
  io: Io,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  await using connection = httpsTransport(admin, io.clock);
  return await work(apiClient(connection.transport, { clock: io.clock, userAgent: `spored-user/${clientVersion()}` }));
}

/**
 * Gives a user roles. What they have already stays as it is.
 *
 * @throws SporeError `SPORE_USAGE` when there is no such role or namespace.
 */
export async function grant(client: Client, { user, roles, namespace }: Grant, { signal }: Io): Promise<void> {
  if (namespace !== undefined && (await client.get(Namespace, { name: namespace }, signal)) === undefined) {
    const hint = `kubectl create namespace ${namespace}`;
    throw new SporeError("SPORE_USAGE", `there is no namespace ${JSON.stringify(namespace)}`, { hint });
  }
  for (const role of roles) {
    if ((await client.get(ClusterRole, { name: role }, signal)) !== undefined) continue;
    const hint = "kubectl get clusterroles lists them";
    throw new SporeError("SPORE_USAGE", `there is no ClusterRole ${JSON.stringify(role)}`, { hint });
  }
  for (const role of roles) {
    // What these are about lies in no namespace.
    const isWide = namespace === undefined || role === fleetViewerRole || role === uploaderRole;
    const binding: Manifest<RoleBinding> = {
      metadata: {
        name: `spored-user:${user}:${role}`,
        ...(isWide ? {} : { namespace }),
        labels: madeByUs,
      },
      roleRef: { apiGroup: rbacGroup, kind: "ClusterRole", name: role },
      subjects: [{ kind: "User", apiGroup: rbacGroup, name: user }],
    };
    try {
      await client.create(isWide ? ClusterRoleBinding : RoleBinding, binding, { signal });
    } catch (error) {
      if (!isSporeError(error, "SPORE_ALREADY_EXISTS")) throw error;
    }
  }
}

/** Takes back the roles that `grant` gave a user. @returns how many. */
export async function withdraw(client: Client, user: string, { signal }: Io): Promise<number> {
  const everywhere = await withdrawKind(client, ClusterRoleBinding, user, signal);
  return everywhere + (await withdrawKind(client, RoleBinding, user, signal));
}

async function withdrawKind(
  client: Client,
  kind: Kind<RoleBinding>,
  user: string,
  signal: AbortSignal,
): Promise<number> {
  const { items } = await client.list(kind, { labelSelector: selector }, signal);
  const theirs = items.filter(({ subjects = [] }) => subjects.length === 1 && subjects[0]?.name === user);
  for (const binding of theirs) await remove(client, kind, binding, signal);
  return theirs.length;
}

async function remove(client: Client, kind: Kind<RoleBinding>, binding: Resource, signal: AbortSignal): Promise<void> {
  try {
    await client.delete(kind, keyOf(binding), { signal });
  } catch (error) {
    if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error; // somebody else was faster
  }
}

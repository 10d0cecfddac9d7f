import { ConfigMap, Secret } from "../../api/core-kinds.ts";
import { Firmware } from "../../api/firmware.ts";
import type { NodeGroup } from "../../api/node-group.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";
import { isSporeError } from "../../base/errors.ts";
import type { Client } from "../../client/client.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import { type Resolved, resolved, waits } from "../problem.ts";
import type { ResolvedConfig } from "./config-sources.ts";
import {
  newConfigSecret,
  newRevision,
  nextNumber,
  type ResolvedTemplate,
  resolveTemplate,
  revisionName,
} from "./revision.ts";

/** The group's revisions. */
export function revisionsOf(caches: CacheSource, group: NodeGroup): readonly NodeGroupRevision[] {
  const all = caches.of(NodeGroupRevision).list(group.metadata.namespace);
  return all.filter((revision) => isOwnedBy(revision, group));
}

/** Resolves the template by what the caches hold. */
export function resolveFromCaches(caches: CacheSource, group: NodeGroup): Resolved<ResolvedTemplate> {
  const { namespace = "" } = group.metadata;
  return resolveTemplate(group, {
    configMap: (name) => caches.of(ConfigMap).get({ namespace, name }),
    secret: (name) => caches.of(Secret).get({ namespace, name }),
    firmwares: () => caches.of(Firmware).list(namespace),
  });
}

/** Makes sure that the template's revision, and the Secret with its configuration, are there. */
export async function ensureRevision(
  client: Client,
  caches: CacheSource,
  group: NodeGroup,
  template: ResolvedTemplate,
  signal: AbortSignal,
): Promise<Resolved<NodeGroupRevision>> {
  const { namespace = "" } = group.metadata;
  const name = revisionName(group.metadata.name, template);
  const known = caches.of(NodeGroupRevision).get({ namespace, name });
  if (known && (known.metadata.deletionTimestamp !== undefined || !isOwnedBy(known, group))) {
    return waits("RevisionLeaving", `NodeGroupRevision "${name}" of an earlier group has yet to be collected.`);
  }
  const number = nextNumber(revisionsOf(caches, group));
  const revision =
    known ??
    (await made(client.create(NodeGroupRevision, newRevision(group, template, number), { signal }), () =>
      client.get(NodeGroupRevision, { namespace, name }, signal),
    ));
  if (!revision) return waits("RevisionLeaving", `NodeGroupRevision "${name}" went away while it was made.`);
  if (template.config) await ensureSecret(client, caches, { revision, config: template.config }, signal);
  return resolved(revision);
}

async function ensureSecret(
  client: Client,
  caches: CacheSource,
  { revision, config }: { readonly revision: NodeGroupRevision; readonly config: ResolvedConfig },
  signal: AbortSignal,
): Promise<void> {
  const secret = newConfigSecret(revision, config);
  const { namespace = "", name } = secret.metadata;
  if (caches.of(Secret).get({ namespace, name })) return;
  await made(client.create(Secret, secret, { signal }), () => client.get(Secret, { namespace, name }, signal));
}

/** The object that was made just now, or by an earlier run whose work the cache does not show yet. */
async function made<T>(creation: Promise<T>, find: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await creation;
  } catch (error) {
    if (isSporeError(error, "SPORE_ALREADY_EXISTS")) return await find();
    throw error;
  }
}

function isOwnedBy(revision: NodeGroupRevision, group: NodeGroup): boolean {
  return revision.metadata.ownerReferences?.some(({ uid }) => uid === group.metadata.uid) === true;
}

import type { GitSync } from "../../api/git-sync.ts";
import { pruneApprovedAnnotation } from "../../api/git-sync-requests.ts";
import type { Kind } from "../../api/kind.ts";
import { keyOf, type Resource } from "../../api/meta.ts";
import type { Clock } from "../../base/clock.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { Client } from "../../client/client.ts";
import { objectApi } from "../../client/object-api.ts";
import { applyAll, refuse } from "../../manifests/apply.ts";
import type { Manifest, Problem } from "../../manifests/manifest.ts";
import { byDependency } from "../../manifests/plan.ts";
import { pruneLimit } from "../../manifests/prune-limit.ts";
import type { ReadResult } from "../../manifests/read-yaml.ts";
import { beyondNamespace } from "./bounds.ts";
import {
  fieldManagerOf,
  gitSyncsOf,
  type InventoryItem,
  inventoryOf,
  itemName,
  itemOf,
  type KindOf,
  keyOfItem,
  leaving,
  united,
} from "./inventory.ts";

export interface Bringing {
  readonly sync: GitSync;
  readonly commit: string;
  readonly read: ReadResult;
  /** With the rights that count. */
  readonly client: Client;
  readonly kindOf: KindOf;
  /** Writes down what may come from the repository, before the first of it does. */
  readonly note: (items: readonly InventoryItem[]) => Promise<void>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What was done. */
export interface Brought {
  readonly items: readonly InventoryItem[];
  readonly created: number;
  readonly configured: number;
  readonly pruned: number;
}

/**
 * Makes the objects what a commit says. Everything is checked before the first change, what may be pruned as well.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID` when anything is wrong with the commit, `SPORE_PRUNE_REFUSED` when it leaves out more than it may; nothing was changed then.
 */
export async function bring(work: Bringing): Promise<Brought> {
  const { sync, read, client, clock, signal } = work;
  refuse(read.problems);
  if (sync.spec.serviceAccountName === undefined) refuse(beyondNamespace(read.manifests, namespaceOf(sync)));
  const before = inventoryOf(sync);
  const wanted = read.manifests.map(itemOf);
  const gone = sync.spec.prune ? leaving(before, wanted) : [];
  refuseTooMany(work, gone, before.length);
  const versions = await liveVersions(work);
  const counts = { created: 0, configured: 0 };
  await applyAll(
    read,
    objectApi(client, fieldManagerOf(sync), signal, () => {}),
    {
      clock,
      signal,
      serverSide: { force: true }, // the repository is what people agreed on: others give way
      begin: () => work.note(united(before, wanted)),
      told: ({ manifest, object }) => {
        const version = versions.get(manifest);
        if (version === undefined) counts.created += 1;
        else if (version !== object.metadata.resourceVersion) counts.configured += 1;
      },
    },
  );
  let pruned = 0;
  for (const item of byDependency(gone, (each) => kindOrNone(each, work)).toReversed()) {
    if (await prune(item, work)) pruned += 1;
  }
  const items = sync.spec.prune ? united(wanted, []) : united(before, wanted);
  return { items, created: counts.created, configured: counts.configured, pruned };
}

/** The resource versions of what is there, and no object that another GitSync brought: between two repositories only a person can judge. */
async function liveVersions({ sync, read, client, signal }: Bringing): Promise<ReadonlyMap<Manifest, string>> {
  const versions = new Map<Manifest, string>();
  const problems: Problem[] = [];
  const own = fieldManagerOf(sync);
  for (const manifest of read.manifests) {
    const live = await readOrNone(client, manifest, signal);
    if (live === undefined) continue;
    versions.set(manifest, live.metadata.resourceVersion ?? "");
    const other = gitSyncsOf(live).find((manager) => manager !== own);
    if (other !== undefined) problems.push({ position: manifest.position, message: `belongs to the ${other} already` });
  }
  refuse(problems);
  return versions;
}

async function readOrNone(
  client: Client,
  { kind, object }: Manifest,
  signal: AbortSignal,
): Promise<Resource | undefined> {
  try {
    return await client.get(kind, keyOf(object), signal);
  } catch (error) {
    if (isSporeError(error, "SPORE_NOT_FOUND")) return undefined; // its kind comes with the same commit
    throw error;
  }
}

function refuseTooMany({ sync, commit }: Bringing, gone: readonly InventoryItem[], total: number): void {
  const limit = pruneLimit(sync.spec.maxPruned, total);
  if (limit === undefined) {
    const message = `spec.maxPruned: ${JSON.stringify(sync.spec.maxPruned)} is neither a whole number nor a percentage from 0% to 100%`;
    throw new SporeError("SPORE_MANIFEST_INVALID", message);
  }
  if (gone.length <= limit || sync.metadata.annotations?.[pruneApprovedAnnotation] === commit) return;
  const names = gone.slice(0, 5).map(itemName).join(", ");
  throw new SporeError(
    "SPORE_PRUNE_REFUSED",
    `${gone.length} of ${total} objects left the repository, and spec.maxPruned allows ${limit} at once; nothing was changed: ${names}${gone.length > 5 ? ", …" : ""}`,
    {
      hint: `bring them back, or allow it for this commit: sporectl sync ${sync.metadata.name} -n ${namespaceOf(sync)} --prune`,
    },
  );
}

async function prune(item: InventoryItem, { sync, client, kindOf, signal }: Bringing): Promise<boolean> {
  const kind = kindOf(item.group, item.kind);
  if (kind === undefined) return false; // with its kind all its objects went
  const key = keyOfItem(item);
  const live = await client.get(kind, key, signal);
  if (live === undefined || live.metadata.deletionTimestamp !== undefined) return false;
  if (!gitSyncsOf(live).includes(fieldManagerOf(sync))) return false; // somebody made it anew
  const { uid } = live.metadata;
  await client.delete(kind, key, { signal, propagationPolicy: "Background", ...(uid && { preconditions: { uid } }) });
  return true;
}

function kindOrNone({ group, version, kind }: InventoryItem, { kindOf }: Bringing): Kind {
  return kindOf(group, kind) ?? { group, version, kind, plural: "", namespaced: false };
}

function namespaceOf({ metadata }: GitSync): string {
  return metadata.namespace ?? "";
}

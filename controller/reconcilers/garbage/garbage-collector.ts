import { type Kind, resourceName } from "../../api/kind.ts";
import { type Key, keyOf, type Resource } from "../../api/meta.ts";
import { isSporeError } from "../../base/errors.ts";
import type { Client } from "../../client/client.ts";
import type { Change } from "../../runtime/cache.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import type { ControllerSpec } from "../../runtime/controller.ts";
import { type Watch, watch } from "../../runtime/enqueue.ts";
import { done, type ReconcileContext } from "../../runtime/reconcile.ts";
import {
  foregroundFinalizer,
  hasFinalizer,
  judgeDependent,
  kindOf,
  type OwnerState,
  orphanFinalizer,
  ownerKey,
  ownerUids,
} from "./owners.ts";

export interface GarbageDependencies {
  readonly client: Client;
  readonly caches: CacheSource;
  /** The kinds that may own or be owned. */
  readonly kinds: readonly Kind[];
}

/**
 * Deletes objects whose owners are gone, one controller for each kind. Owners are found by uid, so an object that bears an owner's name by
 * chance keeps nothing alive. What the cache says is asked again of the server before anything is deleted.
 */
export function garbageControllers(dependencies: GarbageDependencies): readonly ControllerSpec[] {
  return dependencies.kinds.map((kind) => garbageController(dependencies, kind));
}

function garbageController(dependencies: GarbageDependencies, kind: Kind): ControllerSpec {
  const { caches, kinds } = dependencies;
  return {
    name: `garbage-collector-${resourceName(kind)}`,
    for: kind,
    concurrency: 4,
    when: (change) => change.object !== undefined && isTouched(change),
    watches: kinds.flatMap((other) => [wakeDependents(caches, kind, other), wakeOwners(kind, other)]),
    reconcile: async (key, context) => {
      const object = caches.of(kind).get(key);
      if (!object) return done;
      if (object.metadata.deletionTimestamp === undefined) await tidyDependent(dependencies, kind, object, context);
      else await tidyOwner(dependencies, kind, object, context);
      return done;
    },
  };
}

/** Whether owners, finalizers or the deletion of an object changed. */
function isTouched({ object, old }: Change<Resource>): boolean {
  return object?.metadata.uid !== old?.metadata.uid || standing(object) !== standing(old);
}

function standing(object: Resource | undefined): string {
  const { ownerReferences, finalizers, deletionTimestamp } = object?.metadata ?? {};
  return JSON.stringify([ownerReferences, finalizers, deletionTimestamp]);
}

/** An owner that goes wakes what it owns. */
function wakeDependents(caches: CacheSource, kind: Kind, ownerKind: Kind): Watch {
  return watch(
    ownerKind,
    (owner) =>
      caches
        .of(kind)
        .index(ownerUids)
        .get(owner.metadata.uid ?? "")
        .map(keyOf),
    ({ object, old }) => object === undefined || object.metadata.deletionTimestamp !== old?.metadata.deletionTimestamp,
  );
}

/** A dependent that goes wakes the owners that wait for it. */
function wakeOwners(ownerKind: Kind, dependentKind: Kind): Watch {
  return watch(
    dependentKind,
    (dependent) =>
      (dependent.metadata.ownerReferences ?? [])
        .filter((reference) => kindOf(reference, [ownerKind]) !== undefined)
        .map((reference) => ownerKey(reference, ownerKind, dependent)),
    ({ object }) => object === undefined,
  );
}

async function tidyDependent(
  dependencies: GarbageDependencies,
  kind: Kind,
  object: Resource,
  { signal, log }: ReconcileContext,
): Promise<void> {
  const states = await ownerStates(dependencies, object, signal);
  const verdict = judgeDependent(states);
  const { uid = "", resourceVersion = "", ownerReferences = [] } = object.metadata;
  if (verdict.kind === "strike") {
    const kept = ownerReferences.filter((reference) => !verdict.uids.includes(reference.uid));
    await patchMeta(dependencies.client, kind, object, { ownerReferences: kept }, signal);
  }
  if (verdict.kind !== "delete") return;
  const inForeground = [...states.values()].includes("waitsForDependents");
  const propagationPolicy = inForeground && hasDependents(dependencies, object) ? "Foreground" : "Background";
  const preconditions = { uid, resourceVersion };
  log.debug({ resource: resourceName(kind) }, "deleting an object whose owners are gone");
  await gently(dependencies.client.delete(kind, keyOf(object), { signal, propagationPolicy, preconditions }));
}

async function ownerStates(
  { client, caches, kinds }: GarbageDependencies,
  object: Resource,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, OwnerState>> {
  const states = new Map<string, OwnerState>();
  for (const reference of object.metadata.ownerReferences ?? []) {
    const kind = kindOf(reference, kinds);
    // Nobody here knows such a kind, so nobody here can say that the owner is gone.
    if (!kind) {
      states.set(reference.uid, "there");
      continue;
    }
    const key = ownerKey(reference, kind, object);
    const cached = caches.of(kind).get(key);
    const owner = cached?.metadata.uid === reference.uid ? cached : await client.get(kind, key, signal);
    states.set(reference.uid, owner?.metadata.uid === reference.uid ? stateOf(owner) : "gone");
  }
  return states;
}

function stateOf(owner: Resource): OwnerState {
  const waits = owner.metadata.deletionTimestamp !== undefined && hasFinalizer(owner, foregroundFinalizer);
  return waits ? "waitsForDependents" : "there";
}

/** What the finalizers of an object that is being deleted ask to be done with its dependents. */
async function tidyOwner(
  dependencies: GarbageDependencies,
  kind: Kind,
  owner: Resource,
  { signal }: ReconcileContext,
): Promise<void> {
  if (hasFinalizer(owner, orphanFinalizer)) {
    await orphan(dependencies, owner, signal);
    await dropFinalizer(dependencies.client, kind, owner, orphanFinalizer, signal);
  } else if (hasFinalizer(owner, foregroundFinalizer) && !isBlocked(dependencies, owner)) {
    await dropFinalizer(dependencies.client, kind, owner, foregroundFinalizer, signal);
  }
}

async function orphan({ client, caches, kinds }: GarbageDependencies, owner: Resource, signal: AbortSignal) {
  for (const kind of kinds) {
    for (const dependent of dependentsOf(caches, kind, owner)) {
      const references = dependent.metadata.ownerReferences ?? [];
      const kept = references.filter(({ uid }) => uid !== owner.metadata.uid);
      await patchMeta(client, kind, dependent, { ownerReferences: kept }, signal);
    }
  }
}

/** Whether a dependent that must go before its owner is still there. */
function isBlocked({ caches, kinds }: GarbageDependencies, owner: Resource): boolean {
  return kinds.some((kind) =>
    dependentsOf(caches, kind, owner).some(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === owner.metadata.uid && blockOwnerDeletion),
    ),
  );
}

function hasDependents({ caches, kinds }: GarbageDependencies, owner: Resource): boolean {
  return kinds.some((kind) => dependentsOf(caches, kind, owner).length > 0);
}

function dependentsOf(caches: CacheSource, kind: Kind, owner: Resource): readonly Resource[] {
  return caches
    .of(kind)
    .index(ownerUids)
    .get(owner.metadata.uid ?? "");
}

async function dropFinalizer(client: Client, kind: Kind, owner: Resource, finalizer: string, signal: AbortSignal) {
  const finalizers = (owner.metadata.finalizers ?? []).filter((other) => other !== finalizer);
  await patchMeta(client, kind, owner, { finalizers }, signal);
}

type MetaPatch =
  | { readonly ownerReferences: NonNullable<Resource["metadata"]["ownerReferences"]> }
  | { readonly finalizers: readonly string[] };

async function patchMeta(client: Client, kind: Kind, object: Resource, change: MetaPatch, signal: AbortSignal) {
  const { uid = "", resourceVersion = "" } = object.metadata;
  const metadata = JSON.parse(JSON.stringify({ uid, resourceVersion, ...change }));
  const key: Key = keyOf(object);
  await gently(client.patch(kind, key, { type: "merge", body: { metadata } }, { signal }));
}

/** Somebody else may have deleted the object meanwhile, which is as well. A conflict is for the back-off. */
async function gently(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error;
  }
}

import { isSporeError } from "../../base/errors.ts";
import type { JsonObject, JsonValue } from "../../base/json.ts";
import type { Workshop } from "../call.ts";
import { deleteObject } from "../delete.ts";
import type { KindRegistry, Place } from "../kind-registry.ts";
import { isDeleting, metadataOf, textsIn, withMetadata } from "../object-meta.ts";
import type { StoredObject } from "../stored-object.ts";
import { isFree } from "../update.ts";
import type { Dependents } from "./dependents.ts";
import { judgeDependent, type Owner, type OwnerState, ownersOf } from "./owners.ts";

/** Kubernetes' own finalizers: what is to become of an object's dependents. */
const foregroundFinalizer = "foregroundDeletion";
const orphanFinalizer = "orphan";

interface Surroundings {
  readonly shop: Workshop;
  readonly registry: KindRegistry;
  readonly dependents: Dependents;
}

/** Does with one object what its owners, or its own deletion, ask for. What somebody else changed meanwhile is for the next time. */
export async function tidy(place: Place, at: Surroundings): Promise<void> {
  const { collection, namespace, name } = place;
  const object = await collection.find(namespace, name);
  if (object === undefined) return;
  if (isDeleting(object.object)) await tidyOwner(place, object, at);
  else await tidyDependent(place, object, at);
}

async function tidyDependent(place: Place, dependent: StoredObject, at: Surroundings): Promise<void> {
  const states = new Map<string, OwnerState>();
  for (const owner of ownersOf(dependent.object)) states.set(owner.uid, await stateOf(owner, place, at));
  const verdict = judgeDependent(states);
  if (verdict.kind === "strike") await write(place, withoutOwners(dependent.object, verdict.uids), dependent, at);
  if (verdict.kind !== "delete") return;
  const inForeground = [...states.values()].includes("waitsForDependents") && at.dependents.of(dependent.uid).size > 0;
  const propagation = inForeground ? "Foreground" : "Background";
  const preconditions = { uid: dependent.uid, resourceVersion: String(dependent.revision) };
  await gently(deleteObject(at.shop, place, { dryRun: false, propagation, ...preconditions }));
}

async function stateOf(owner: Owner, { namespace }: Place, { registry }: Surroundings): Promise<OwnerState> {
  const key = registry.keyOf(owner, namespace, owner.name);
  const place = key === undefined ? undefined : registry.placeOf(key);
  // Nobody here knows such a kind, or where such an owner would be: then nobody here can say that it is gone.
  if (place === undefined) return "there";
  const found = await place.collection.find(place.namespace, place.name);
  if (found?.uid !== owner.uid) return "gone";
  const finalizers = textsIn(metadataOf(found.object), "finalizers");
  return isDeleting(found.object) && finalizers.includes(foregroundFinalizer) ? "waitsForDependents" : "there";
}

/** What the finalizers of an object that is being deleted ask to be done with its dependents. */
async function tidyOwner(place: Place, owner: StoredObject, at: Surroundings): Promise<void> {
  const finalizers = textsIn(metadataOf(owner.object), "finalizers");
  const dependents = at.dependents.of(owner.uid);
  if (finalizers.includes(orphanFinalizer)) {
    for (const key of dependents.keys()) await orphan(key, owner.uid, at);
    await write(place, withoutFinalizer(owner.object, orphanFinalizer), owner, at);
  } else if (finalizers.includes(foregroundFinalizer) && ![...dependents.values()].some(({ blocks }) => blocks)) {
    await write(place, withoutFinalizer(owner.object, foregroundFinalizer), owner, at);
  }
}

/** @throws SporeError `SPORE_CONFLICT` when somebody changed it: no owner is let go before all of its dependents are free. */
async function orphan(key: string, ownerUid: string, at: Surroundings): Promise<void> {
  const place = at.registry.placeOf(key);
  const dependent = await place?.collection.find(place.namespace, place.name);
  if (place && dependent) await write(place, withoutOwners(dependent.object, [ownerUid]), dependent, at);
}

function withoutOwners(object: JsonObject, uids: readonly string[]): JsonObject {
  const { ownerReferences } = metadataOf(object);
  const references: readonly JsonValue[] = Array.isArray(ownerReferences) ? ownerReferences : [];
  const owners = ownersOf(object);
  const kept = references.filter((_reference, index) => !uids.includes(owners[index]?.uid ?? ""));
  return withMetadata(object, { ownerReferences: kept.length === 0 ? undefined : kept });
}

function withoutFinalizer(object: JsonObject, finalizer: string): JsonObject {
  const kept = textsIn(metadataOf(object), "finalizers").filter((other) => other !== finalizer);
  return withMetadata(object, { finalizers: kept.length === 0 ? undefined : kept });
}

/** @throws SporeError `SPORE_CONFLICT` when somebody else changed the object. */
async function write(
  { collection }: Place,
  object: JsonObject,
  { key, revision }: StoredObject,
  { shop }: Surroundings,
): Promise<void> {
  if (!isDeleting(object) || !isFree(object)) {
    await collection.put(key, object, revision);
    return;
  }
  await shop.store.commit([{ key, value: undefined, expect: revision }]);
  collection.forget(key);
}

/** Somebody else may have deleted the object meanwhile, which is as well. */
async function gently(deletion: Promise<unknown>): Promise<void> {
  try {
    await deletion;
  } catch (error) {
    if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error;
  }
}

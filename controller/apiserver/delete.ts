import { Namespace } from "../api/core-kinds.ts";
import { isSameResource } from "../api/kind.ts";
import type { ApiResponse } from "../api/transport.ts";
import { isSporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { isSameJson } from "../base/same-json.ts";
import { timestamp } from "../base/timestamp.ts";
import { answerObject } from "./answer.ts";
import { conflict, forbiddenObject, type ObjectCall, type Workshop } from "./call.ts";
import type { Collection } from "./collection.ts";
import { type DeleteOptions, type Propagation, readDeleteOptions } from "./delete-options.ts";
import { protectedNamespaces } from "./namespaces.ts";
import { isDeleting, metadataOf, textsIn, withMetadata } from "./object-meta.ts";
import { jsonReply } from "./reply.ts";
import type { KindHooks } from "./served-kind.ts";
import { StoredObject } from "./stored-object.ts";
import { isFree, overtakenMax } from "./update.ts";

/** DELETE of an object. */
export async function remove(call: ObjectCall, shop: Workshop): Promise<ApiResponse> {
  const { collection, namespace, name } = call;
  const options = await readDeleteOptions(call.request);
  const deletion = await deleteObject(shop, { collection, namespace, name }, options);
  if (!deletion.removed) return answerObject(call, shop, 200, deletion.object);
  const { group, plural } = collection.served.kind;
  const details = { name, group, kind: plural, uid: deletion.object.uid };
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
  return jsonReply(200, JSON.stringify(status));
}

/** One object of a collection. */
export interface Address {
  readonly collection: Collection;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** What came of a deletion. */
export interface Deletion {
  /** False while finalizers hold the object back. */
  readonly removed: boolean;
  readonly object: StoredObject;
}

/**
 * Removes the object, or marks it when finalizers hold it back.
 *
 * @throws SporeError `SPORE_NOT_FOUND`, `SPORE_CONFLICT` when a precondition does not hold, `SPORE_FORBIDDEN` for the namespaces that must stay.
 */
export function deleteObject(shop: Workshop, address: Address, options: DeleteOptions): Promise<Deletion> {
  const { collection, namespace, name } = address;
  if (isSameResource(collection.served.kind, Namespace) && protectedNamespaces.includes(name)) {
    throw forbiddenObject(collection.served, name, "this namespace may not be deleted");
  }
  return shop.locks.run(collection.key(namespace, name), async () => {
    for (let overtaken = 0; ; overtaken++) {
      const live = await collection.get(namespace, name);
      checkPreconditions(live, address, options);
      const reason = collection.served.hooks?.keep?.(live.object);
      if (reason !== undefined) throw forbiddenObject(collection.served, name, reason);
      try {
        return await deleteLive(shop, collection, live, options);
      } catch (error) {
        // A writer in another process came first. Whatever they wrote, the object is to go.
        if (!isSporeError(error, "SPORE_CONFLICT")) throw error;
        if (overtaken >= overtakenMax) throw conflict(collection.served, name);
      }
    }
  });
}

/** Objects deleted at the same time; they share the store's flushes. */
const deletionsAtOnce = 32;

/**
 * Deletes many objects, as `deleteObject` each.
 *
 * @returns in their order; undefined for an object that was gone already, which is what was asked for.
 */
export async function deleteEach(
  shop: Workshop,
  addresses: readonly Address[],
  options: DeleteOptions,
): Promise<readonly (Deletion | undefined)[]> {
  const deletions: (Deletion | undefined)[] = [];
  for (let done = 0; done < addresses.length; done += deletionsAtOnce) {
    const batch = addresses.slice(done, done + deletionsAtOnce);
    deletions.push(...(await Promise.all(batch.map((address) => deleteIfThere(shop, address, options)))));
  }
  return deletions;
}

async function deleteIfThere(shop: Workshop, address: Address, options: DeleteOptions): Promise<Deletion | undefined> {
  try {
    return await deleteObject(shop, address, options);
  } catch (error) {
    if (isSporeError(error, "SPORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

async function deleteLive(
  shop: Workshop,
  collection: Collection,
  live: StoredObject,
  options: DeleteOptions,
): Promise<Deletion> {
  const { key, revision } = live;
  const marked = marking(live, options.propagation, shop.clock.now(), collection.served.hooks?.ending);
  if (isFree(marked)) {
    if (options.dryRun) return { removed: true, object: live };
    const gone = await shop.store.commit([{ key, value: undefined, expect: revision }]);
    collection.forget(key);
    return { removed: true, object: new StoredObject(key, gone, live.object) };
  }
  if (isSameJson(marked, live.object)) return { removed: false, object: live };
  if (options.dryRun) return { removed: false, object: new StoredObject(key, revision, marked) };
  return { removed: false, object: await collection.put(key, marked, revision) };
}

function checkPreconditions(live: StoredObject, { collection, name }: Address, options: DeleteOptions): void {
  const { uid, resourceVersion } = options;
  if (uid !== "" && uid !== live.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${live.uid}). The object might have been deleted and then recreated`;
    throw conflict(collection.served, name, why);
  }
  if (resourceVersion !== "" && resourceVersion !== String(live.revision)) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${live.revision}). The object might have been modified`;
    throw conflict(collection.served, name, why);
  }
}

/** The object as it stands while finalizers hold it back. */
function marking(
  { object }: StoredObject,
  propagation: Propagation | undefined,
  nowMs: number,
  ending: KindHooks["ending"],
): JsonObject {
  const { finalizers: _, generation, deletionTimestamp } = metadataOf(object);
  const finalizers = finalizersFor(textsIn(metadataOf(object), "finalizers"), propagation);
  const marked = withMetadata(object, {
    finalizers: finalizers.length === 0 ? undefined : finalizers,
    deletionTimestamp: deletionTimestamp ?? timestamp(nowMs),
    deletionGracePeriodSeconds: 0,
    generation: typeof generation === "number" && !isDeleting(object) ? generation + 1 : generation,
  });
  return ending?.(marked, nowMs) ?? marked;
}

/** The garbage collector's own finalizers follow the policy; without one they stay as they are. */
function finalizersFor(finalizers: readonly string[], propagation: Propagation | undefined): readonly string[] {
  if (propagation === undefined) return finalizers;
  const others = finalizers.filter((finalizer) => finalizer !== "orphan" && finalizer !== "foregroundDeletion");
  if (propagation === "Background") return others;
  return [...others, propagation === "Orphan" ? "orphan" : "foregroundDeletion"];
}

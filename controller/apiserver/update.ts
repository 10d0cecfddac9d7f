import { invalidValue } from "../api/causes.ts";
import { Namespace } from "../api/core-kinds.ts";
import { isSameResource } from "../api/kind.ts";
import { isSporeError, type SporeError } from "../base/errors.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { isSameJson } from "../base/same-json.ts";
import { timestamp } from "../base/timestamp.ts";
import { fieldManagerOf } from "./apply/field-manager.ts";
import { isSameOwnership } from "./apply/managed-fields.ts";
import { type OwnedWrite, ownedByWriter } from "./apply/ownership.ts";
import { conflict, forbiddenObject, invalid, type ObjectCall, type Workshop } from "./call.ts";
import { checkAddress, type FieldPolicy, newCauses, normalise } from "./decode.ts";
import { metadataCauses } from "./metadata-causes.ts";
import { isDeleting, metadataOf, objectIn, textIn, textsIn, withMetadata } from "./object-meta.ts";
import type { ServedKind } from "./served-kind.ts";
import { StoredObject } from "./stored-object.ts";
import type { WriteOptions } from "./write-options.ts";

/** Writers in other processes that may overtake an unconditional write, before the client is told. */
export const overtakenMax = 5;

/** What the object should become. */
export interface Proposal {
  readonly object: JsonObject;
  readonly policy: FieldPolicy;
  /** Set by an apply, which knows who owns what after it. Other writes own what they change. */
  readonly owned?: Owned;
}

/** `metadata.managedFields` as it is to be. */
export interface Owned {
  readonly managedFields: JsonValue | undefined;
}

/**
 * Reads the object, lets `propose` say what it should become, and stores that: the common part of PUT and PATCH. When the proposal holds no
 * `resourceVersion` or the one it was made from, and another writer comes in between, it is made again from what they wrote.
 *
 * @throws SporeError `SPORE_NOT_FOUND`, `SPORE_CONFLICT`, `SPORE_INVALID`, `SPORE_FORBIDDEN`, `SPORE_BAD_REQUEST`.
 */
export function updateObject(
  call: ObjectCall,
  shop: Workshop,
  options: Pick<WriteOptions, "dryRun" | "fieldManager">,
  propose: (live: JsonObject) => Proposal,
): Promise<StoredObject> {
  const { collection, namespace, name } = call;
  const manager = fieldManagerOf(call.request, options.fieldManager);
  return shop.locks.run(collection.key(namespace, name), async () => {
    for (let overtaken = 0; ; overtaken++) {
      const live = await collection.get(namespace, name);
      const time = timestamp(shop.clock.now());
      const next = admitted(propose(live.object), live, call, { manager, time });
      if (next === undefined) return live;
      if (options.dryRun) return new StoredObject(live.key, live.revision, next);
      try {
        return await storeNext(next, live, call, shop);
      } catch (error) {
        if (!isSporeError(error, "SPORE_CONFLICT")) throw error;
        if (overtaken >= overtakenMax) throw conflict(collection.served, name);
      }
    }
  });
}

/** The object to store instead of `live`; undefined when nothing would change. */
function admitted(
  { object: proposal, policy, owned }: Proposal,
  live: StoredObject,
  call: ObjectCall,
  writer: Pick<OwnedWrite, "manager" | "time">,
): JsonObject | undefined {
  const { served } = call.collection;
  checkAddress(proposal, call.namespace, call.name);
  checkPreconditions(proposal, live, call);
  checkManagedFields(proposal, call);
  const merged =
    call.subresource === "status"
      ? withStatusOf(live.object, proposal)
      : withSystemFields(proposal, live.object, served);
  const normal = normalise(merged, served, policy, live.object);
  const next = withGeneration(normal, live.object, served);
  const given = metadataOf(proposal).managedFields;
  const write = { served, subresource: call.subresource ?? "", ...writer };
  const { managedFields } = owned ?? { managedFields: ownedByWriter(write, live.object, next, given) };
  if (isUnchanged(next, managedFields, live.object)) return undefined;
  const refusal = served.hooks?.refuse?.(next, live.object, call.rights);
  if (refusal !== undefined) throw forbiddenObject(served, call.name, refusal);
  const causes = updateCauses(next, live.object, served);
  if (causes.length > 0) throw invalid(served, call.name, causes);
  return managedFields === metadataOf(next).managedFields ? next : withMetadata(next, { managedFields });
}

/** `next` still bears the managedFields of `live`, and only the others count. */
function isUnchanged(next: JsonObject, managedFields: JsonValue | undefined, live: JsonObject): boolean {
  return isSameJson(next, live) && isSameOwnership(managedFields, metadataOf(live).managedFields);
}

/** The refusal of an update that does not say what it updates. */
function versionRequired(served: ServedKind, name: string): SporeError {
  const message = "Invalid value: 0x0: must be specified for an update"; // how Go prints none
  return invalid(served, name, [{ reason: "FieldValueInvalid", message, field: "metadata.resourceVersion" }]);
}

function checkPreconditions(proposal: JsonObject, live: StoredObject, { collection, name }: ObjectCall): void {
  const metadata = metadataOf(proposal);
  const uid = textIn(metadata, "uid");
  if (uid !== "" && uid !== live.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.uid}`;
    throw conflict(collection.served, name, why);
  }
  const version = textIn(metadata, "resourceVersion");
  if (version === "" && !collection.served.unconditionalUpdate) throw versionRequired(collection.served, name);
  if (version !== "" && version !== String(live.revision)) throw conflict(collection.served, name);
}

function checkManagedFields(proposal: JsonObject, { collection, name }: ObjectCall): void {
  const { managedFields = null } = metadataOf(proposal);
  if (managedFields === null || Array.isArray(managedFields)) return;
  throw invalid(collection.served, name, [
    invalidValue("metadata.managedFields", managedFields, "must be a list of entries"),
  ]);
}

/** The status endpoint changes the status and nothing else. */
function withStatusOf(live: JsonObject, proposal: JsonObject): JsonObject {
  const { status: _, ...rest } = live;
  return proposal.status === undefined ? rest : { ...rest, status: proposal.status };
}

/** The proposal, with everything that the server alone decides as it stands in the live object. */
function withSystemFields(proposal: JsonObject, live: JsonObject, served: ServedKind): JsonObject {
  const { status, ...rest } = proposal;
  const frozen = served.subresources.status ? live.status : status;
  const before = metadataOf(live);
  const object = withMetadata(rest, {
    namespace: before.namespace,
    uid: before.uid,
    resourceVersion: before.resourceVersion,
    creationTimestamp: before.creationTimestamp,
    generation: before.generation,
    deletionTimestamp: before.deletionTimestamp,
    deletionGracePeriodSeconds: before.deletionGracePeriodSeconds,
    selfLink: undefined,
    managedFields: before.managedFields,
  });
  // The finalizers of a namespace are the server's own.
  const spec: Readonly<Record<string, JsonValue>> =
    isSameResource(served.kind, Namespace) && live.spec !== undefined ? { spec: live.spec } : {};
  return { ...object, ...spec, ...(frozen === undefined ? {} : { status: frozen }) };
}

/** Counts the generation up when anything outside of metadata and status changed. */
function withGeneration(next: JsonObject, live: JsonObject, served: ServedKind): JsonObject {
  const { generation } = metadataOf(live);
  if (typeof generation !== "number") return next;
  const desired = ({ metadata: _m, status, ...rest }: JsonObject) =>
    served.subresources.status || status === undefined ? rest : { ...rest, status };
  return isSameJson(desired(next), desired(live)) ? next : withMetadata(next, { generation: generation + 1 });
}

function updateCauses(nextObject: JsonObject, liveObject: JsonObject, served: ServedKind) {
  const [next, live] = [withoutManagedFields(nextObject), withoutManagedFields(liveObject)];
  // A status comes with the metadata as they were.
  const isSettled = nextObject.metadata === liveObject.metadata;
  const ofMetadata = isSettled
    ? []
    : newCauses(metadataCauses(next, live, served), () => metadataCauses(live, live, served));
  const shape = [...ofMetadata, ...served.compiled.validate(next, live)];
  if (shape.length > 0) return shape;
  return served.hooks?.check?.(next, live) ?? [];
}

/** Longer than the rest of many an object, and right as it is: the server made it. */
function withoutManagedFields(object: JsonObject): JsonObject {
  const { managedFields, ...metadata } = metadataOf(object);
  return managedFields === undefined ? object : { ...object, metadata };
}

async function storeNext(
  next: JsonObject,
  live: StoredObject,
  call: ObjectCall,
  shop: Workshop,
): Promise<StoredObject> {
  const { collection } = call;
  const { key } = live;
  // Whoever gave up may ask at once what there is; a write that comes after that would be a surprise.
  call.request.signal.throwIfAborted();
  if (isDeleting(next) && isFree(next)) {
    const revision = await shop.store.commit([{ key, value: undefined, expect: live.revision }]);
    collection.forget(key);
    return new StoredObject(key, revision, next);
  }
  return await collection.put(key, next, live.revision);
}

/** Whether nobody holds the object back from being removed. */
export function isFree(object: JsonObject): boolean {
  return (
    textsIn(metadataOf(object), "finalizers").length === 0 &&
    (object.kind !== "Namespace" ||
      object.apiVersion !== "v1" ||
      textsIn(objectIn(object, "spec"), "finalizers").length === 0)
  );
}

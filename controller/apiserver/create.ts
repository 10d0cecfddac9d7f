import { Namespace } from "../api/core-kinds.ts";
import { isSameResource, resourceName } from "../api/kind.ts";
import type { ApiResponse } from "../api/transport.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { timestamp } from "../base/timestamp.ts";
import { answerObject } from "./answer.ts";
import { fieldManagerOf } from "./apply/field-manager.ts";
import { ownedByCreator } from "./apply/ownership.ts";
import { type Call, forbiddenObject, invalid, type Workshop } from "./call.ts";
import { asManifest, checkAddress, normalise } from "./decode.ts";
import { metadataCauses } from "./metadata-causes.ts";
import { metadataOf, textIn, withMetadata } from "./object-meta.ts";
import { generateName, generateUid } from "./random-names.ts";
import { readObjectBody } from "./request-body.ts";
import type { ServedKind } from "./served-kind.ts";
import type { Proposal } from "./update.ts";
import { readWriteOptions, type WriteOptions } from "./write-options.ts";

/** Generated names that were taken already, before the server gives up. */
const generatedNameTries = 8;

/** POST to a collection. */
export async function create(call: Call, shop: Workshop): Promise<ApiResponse> {
  const { served } = call.collection;
  const options = readWriteOptions(call.request.query, "CreateOptions");
  const body = await readObjectBody(call.request, served);
  const manifest = asManifest(body.value, served);
  checkAddress(manifest, call.namespace, undefined);
  if (textIn(metadataOf(manifest), "resourceVersion") !== "") {
    throw new SporeError("SPORE_BAD_REQUEST", "resourceVersion should not be set on objects to be created");
  }
  const policy = { fieldValidation: options.fieldValidation, duplicates: body.duplicates, warn: call.warn };
  return createObject({ object: manifest, policy }, call, shop, options);
}

/** Completes, checks and stores a new object. */
export async function createObject(
  { object: manifest, policy, owned }: Proposal,
  call: Call,
  shop: Workshop,
  options: Pick<WriteOptions, "dryRun" | "fieldManager">,
): Promise<ApiResponse> {
  const { served } = call.collection;
  const time = timestamp(shop.clock.now());
  const plain = normalise(newborn(manifest, call, shop, time), served, policy);
  const write = { served, subresource: "", manager: fieldManagerOf(call.request, options.fieldManager), time };
  const { managedFields } = owned ?? {
    managedFields: ownedByCreator(write, plain, metadataOf(manifest).managedFields),
  };
  const draft = withMetadata(plain, { managedFields });
  const prefix = textIn(metadataOf(draft), "generateName");
  const isNamed = textIn(metadataOf(draft), "name") !== "";
  const tries = isNamed || prefix === "" ? 1 : generatedNameTries;
  for (let attempt = 1; ; attempt++) {
    const named = isNamed || prefix === "" ? draft : withMetadata(draft, { name: generateName(prefix, shop.random) });
    try {
      return await createNamed(named, call, shop, options.dryRun);
    } catch (error) {
      if (attempt >= tries || !isSporeError(error, "SPORE_ALREADY_EXISTS")) throw error;
    }
  }
}

/** The manifest with everything that the server alone decides. */
function newborn(manifest: JsonObject, call: Call, shop: Workshop, creationTimestamp: string): JsonObject {
  const { served } = call.collection;
  const { status, ...rest } = manifest;
  const object = withMetadata(served.subresources.status || status === undefined ? rest : manifest, {
    namespace: call.namespace,
    uid: generateUid(shop.random),
    resourceVersion: undefined,
    creationTimestamp,
    generation: served.hasGeneration ? 1 : undefined,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
    selfLink: undefined,
    managedFields: undefined,
  });
  return isSameResource(served.kind, Namespace)
    ? { ...object, spec: { finalizers: ["kubernetes"] }, status: { phase: "Active" } }
    : object;
}

async function createNamed(object: JsonObject, call: Call, shop: Workshop, dryRun: boolean): Promise<ApiResponse> {
  const { served } = call.collection;
  const name = textIn(metadataOf(object), "name");
  const refusal = served.hooks?.refuse?.(object, undefined, call.rights);
  if (refusal !== undefined) throw forbiddenObject(served, name, refusal);
  const causes = createCauses(object, served);
  if (causes.length > 0) throw invalid(served, name, causes);
  const store = () =>
    call.collection.gate.pass(
      () => storeNew(object, name, call, shop, dryRun),
      () => ending(served, name),
    );
  const { namespace } = call;
  return namespace === undefined ? store() : shop.namespaces.whileActive(namespace, { served, name }, store);
}

function createCauses(object: JsonObject, served: ServedKind) {
  const causes = [...metadataCauses(object, undefined, served), ...served.compiled.validate(object)];
  if (causes.length > 0) return causes;
  // The rules behind may rely on the shape that the schema gives.
  return served.hooks?.check?.(object) ?? [];
}

async function storeNew(
  object: JsonObject,
  name: string,
  call: Call,
  shop: Workshop,
  dryRun: boolean,
): Promise<ApiResponse> {
  const { collection } = call;
  const key = collection.key(call.namespace, name);
  if (dryRun) {
    if ((await collection.find(call.namespace, name)) !== undefined) throw alreadyExists(collection.served, name);
    return answerObject(call, shop, 201, { object, text: JSON.stringify(object) });
  }
  call.request.signal.throwIfAborted(); // whoever gave up does not expect it any more
  try {
    return answerObject(call, shop, 201, await collection.put(key, object, 0));
  } catch (error) {
    throw isSporeError(error, "SPORE_CONFLICT") ? alreadyExists(collection.served, name) : error;
  }
}

function ending(served: ServedKind, name: string): SporeError {
  return forbiddenObject(served, name, "create not allowed while custom resource definition is terminating");
}

function alreadyExists({ kind }: ServedKind, name: string): SporeError {
  const resource = resourceName(kind);
  const details = { name, group: kind.group, kind: kind.plural };
  return new SporeError("SPORE_ALREADY_EXISTS", `${resource} "${name}" already exists`, details);
}

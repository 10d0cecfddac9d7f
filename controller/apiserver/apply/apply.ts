import { apiVersionOf } from "../../api/kind.ts";
import type { ApiResponse } from "../../api/transport.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { timestamp } from "../../base/timestamp.ts";
import { typingFaults } from "../../schema/structured-merge/typing.ts";
import { answerObject } from "../answer.ts";
import { forbidden } from "../authz/forbidden.ts";
import { conflict, type ObjectCall, type Workshop } from "../call.ts";
import { createObject } from "../create.ts";
import { checkAddress, type FieldPolicy } from "../decode.ts";
import { metadataOf, textIn } from "../object-meta.ts";
import { applyType, readJsonBody } from "../request-body.ts";
import type { ServedKind } from "../served-kind.ts";
import { type Owned, overtakenMax, updateObject } from "../update.ts";
import type { PatchOptions } from "../write-options.ts";
import { applyConflict } from "./conflicts.ts";
import { lastAppliedFields, migratingManager, withLastApplied } from "./last-applied.ts";
import { type ApplyOutcome, applied, type OwnedWrite, wholeSchema } from "./ownership.ts";

/** PATCH of an object, or of its status, with a configuration: the part of it that this client decides. The object is created if need be. */
export async function apply(call: ObjectCall, shop: Workshop, options: PatchOptions): Promise<ApiResponse> {
  const body = await readJsonBody(call.request, [applyType]);
  const configuration = asConfiguration(body.value, call);
  const policy = policyOf(call, options, body.duplicates);
  const merge = (live: JsonObject) => merged(configuration, live, call, shop, options);
  for (let overtaken = 0; ; overtaken++) {
    try {
      const stored = await updateObject(call, shop, options, (live) => ({ ...merge(live), policy }));
      return answerObject(call, shop, 200, stored);
    } catch (error) {
      if (!isSporeError(error, "SPORE_NOT_FOUND") || call.subresource !== undefined) throw error;
    }
    checkMayCreate(call);
    try {
      const { object, owned } = merge({});
      checkNew(object, call);
      return await createObject({ object, policy, owned }, call, shop, options);
    } catch (error) {
      // Somebody else created it in between: then it is an update after all.
      if (!isSporeError(error, "SPORE_ALREADY_EXISTS") || overtaken >= overtakenMax) throw error;
    }
  }
}

/** Who may patch what is there need not be allowed to make what is not. */
function checkMayCreate({ rights, collection, namespace, name }: ObjectCall): void {
  const { group, plural } = collection.served.kind;
  const place = namespace === undefined ? {} : { namespace };
  const wanted = { kind: "resource", verb: "create", group, plural, name, ...place } as const;
  const decision = rights.authorizer.decide(rights.user, wanted);
  if (!decision.allowed) throw forbidden(rights.user, wanted, decision.reason());
}

function policyOf(call: ObjectCall, { fieldValidation }: PatchOptions, duplicates: readonly string[]): FieldPolicy {
  return { fieldValidation, duplicates, warn: call.warn };
}

/**
 * The body as a configuration that can be merged.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` saying why it cannot.
 */
function asConfiguration(value: JsonValue, { collection }: ObjectCall): JsonObject {
  const { served } = collection;
  const { kind } = served;
  if (!isJsonObject(value))
    throw new SporeError("SPORE_BAD_REQUEST", `the applied configuration must be a ${kind.kind}`);
  const [apiVersion, kindName] = [textIn(value, "apiVersion"), textIn(value, "kind")];
  if (kindName !== kind.kind || apiVersion !== apiVersionOf(kind)) {
    const message = `invalid object type: ${groupVersion(apiVersion)}, Kind=${kindName}`;
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
  if (Array.isArray(metadataOf(value).managedFields)) {
    throw new SporeError("SPORE_BAD_REQUEST", "metadata.managedFields must be nil");
  }
  const faults = typingFaults(value, wholeSchema(served.schema));
  if (faults.length > 0) throw untyped(value, served, faults);
  return value;
}

/** As Go prints it: with a slash also where there is no group. */
function groupVersion(apiVersion: string): string {
  return apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
}

function untyped(value: JsonObject, { kind }: ServedKind, faults: readonly string[]): SporeError {
  const { name, namespace } = metadataOf(value);
  const object = `${namespace ?? ""}/${name ?? ""}; ${groupVersion(apiVersionOf(kind))}, Kind=${kind.kind}`;
  const why = faults.length === 1 ? faults[0] : `errors:\n${faults.map((fault) => `  ${fault}`).join("\n")}`;
  return new SporeError("SPORE_BAD_REQUEST", `failed to create typed patch object (${object}): ${why}`);
}

interface Merged {
  readonly object: JsonObject;
  readonly owned: Owned;
}

/** @throws SporeError `SPORE_CONFLICT` naming the fields that others own. */
function merged(
  configuration: JsonObject,
  live: JsonObject,
  call: ObjectCall,
  shop: Workshop,
  { fieldManager, force }: PatchOptions,
): Merged {
  const { served } = call.collection;
  const write: OwnedWrite = {
    served,
    subresource: call.subresource ?? "",
    manager: fieldManager,
    time: timestamp(shop.clock.now()),
  };
  const outcome = migrated(write, live, configuration, applied(write, live, configuration, force));
  if (outcome.kind === "conflicts") throw applyConflict(outcome.conflicts);
  const { object, managedFields } = outcome;
  const completed = fieldManager === migratingManager ? withLastApplied(object, configuration) : object;
  return { object: completed, owned: { managedFields } };
}

/** kubectl takes over what its client-side apply left, without a conflict. */
function migrated(write: OwnedWrite, live: JsonObject, configuration: JsonObject, outcome: ApplyOutcome): ApplyOutcome {
  if (outcome.kind === "applied" || write.manager !== migratingManager) return outcome;
  const mine = lastAppliedFields(live, write.served);
  const others = outcome.conflicts
    .map(({ manager, fields }) => ({ manager, fields: fields.difference(mine) }))
    .filter(({ fields }) => !fields.isEmpty);
  return others.length > 0 ? { kind: "conflicts", conflicts: others } : applied(write, live, configuration, true);
}

function checkNew(object: JsonObject, call: ObjectCall): void {
  const { uid } = metadataOf(object);
  checkAddress(object, call.namespace, call.name);
  if (typeof uid === "string" && uid !== "") {
    const why = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
    throw conflict(call.collection.served, call.name, why);
  }
}

import { invalidValue } from "../../api/causes.ts";
import type { ApiResponse } from "../../api/transport.ts";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { ScalePaths } from "../../schema/custom-resource-definition.ts";
import { invalid, type ObjectCall, type Workshop } from "../call.ts";
import { checkAddress } from "../decode.ts";
import { readListOptions } from "../list-options.ts";
import { metadataOf, textIn } from "../object-meta.ts";
import { jsonType, mergeType, patcherOf } from "../patch.ts";
import { protobufType } from "../protobuf-request.ts";
import { reached } from "../reached.ts";
import { directReply, jsonReply } from "../reply.ts";
import { mediaType, readJsonBody, unsupported } from "../request-body.ts";
import type { Verb } from "../served-kind.ts";
import { updateObject } from "../update.ts";
import { readPatchOptions, readWriteOptions, type WriteOptions } from "../write-options.ts";
import { scaled, scaleOf, wantedReplicas } from "./scale.ts";

/** The scale subresource: GET, PUT and PATCH of an object's number of replicas. */
export async function answerScale(
  call: ObjectCall,
  verb: Verb,
  paths: ScalePaths,
  shop: Workshop,
): Promise<ApiResponse> {
  const object = await objectAfter(call, verb, paths, shop);
  const scale = scaleOf(object, paths);
  return call.request.direct ? directReply(200, scale) : jsonReply(200, JSON.stringify(scale));
}

function objectAfter(call: ObjectCall, verb: Verb, paths: ScalePaths, shop: Workshop): Promise<JsonObject> {
  if (verb === "update") return replaceScale(call, paths, shop);
  return verb === "patch" ? patchScale(call, paths, shop) : readScale(call, shop);
}

async function readScale({ collection, namespace, name, request }: ObjectCall, shop: Workshop): Promise<JsonObject> {
  const version = request.query.get("resourceVersion");
  const { revision } = readListOptions(
    new URLSearchParams(version === null ? {} : { resourceVersion: version }),
    "list",
  );
  await reached(shop, revision ?? 0, request.signal);
  return (await collection.get(namespace, name)).object;
}

async function replaceScale(call: ObjectCall, paths: ScalePaths, shop: Workshop): Promise<JsonObject> {
  const options = readWriteOptions(call.request.query, "UpdateOptions");
  const { value } = await readJsonBody(call.request, ["application/json", protobufType]);
  const named = isJsonObject(value) ? textIn(metadataOf(value), "name") : "";
  if (named === "") {
    const message = `the name of the object (${call.name} based on URL) was undeterminable: name must be provided`;
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
  return write(call, { paths, options, shop }, () => value);
}

async function patchScale(call: ObjectCall, paths: ScalePaths, shop: Workshop): Promise<JsonObject> {
  const accepted = [jsonType, mergeType];
  const type = mediaType(call.request);
  if (!accepted.includes(type)) throw unsupported(accepted);
  const options = readPatchOptions(call.request.query, false);
  const { value } = await readJsonBody(call.request, accepted);
  const patched = patcherOf(type, value, call.collection.served);
  return write(call, { paths, options, shop }, (live) => patched(scaleOf(live, paths)));
}

interface Write {
  readonly paths: ScalePaths;
  readonly options: WriteOptions;
  readonly shop: Workshop;
}

/** @param wanted the Scale to reach from an object. */
async function write(
  call: ObjectCall,
  { paths, options, shop }: Write,
  wanted: (live: JsonObject) => JsonValue,
): Promise<JsonObject> {
  const policy = { fieldValidation: options.fieldValidation, duplicates: [], warn: call.warn };
  const stored = await updateObject(call, shop, options, (live) => {
    const scale = wanted(live);
    const replicas = wantedReplicas(scale);
    if (isJsonObject(scale)) checkAddress(scale, call.namespace, call.name);
    if (replicas < 0) {
      const cause = invalidValue(paths.specReplicasPath, replicas, "should be a non-negative integer");
      throw invalid(call.collection.served, call.name, [cause]);
    }
    return { object: scaled(live, scale, paths), policy };
  });
  return stored.object;
}

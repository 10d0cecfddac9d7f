import type { ApiResponse } from "../api/transport.ts";
import { answerObject } from "./answer.ts";
import type { ObjectCall, Workshop } from "./call.ts";
import { asManifest, checkAddress } from "./decode.ts";
import { metadataOf, textIn, withMetadata } from "./object-meta.ts";
import { readObjectBody } from "./request-body.ts";
import { updateObject } from "./update.ts";
import { readWriteOptions } from "./write-options.ts";

/** PUT of an object, or of its status. */
export async function replace(call: ObjectCall, shop: Workshop): Promise<ApiResponse> {
  const { served } = call.collection;
  const options = readWriteOptions(call.request.query, "UpdateOptions");
  const body = await readObjectBody(call.request, served);
  const manifest = asManifest(body.value, served);
  const named = textIn(metadataOf(manifest), "name") === "" ? withMetadata(manifest, { name: call.name }) : manifest;
  checkAddress(named, call.namespace, call.name);
  const policy = { fieldValidation: options.fieldValidation, duplicates: body.duplicates, warn: call.warn };
  const stored = await updateObject(call, shop, options, () => ({ object: named, policy }));
  return answerObject(call, shop, 200, stored);
}

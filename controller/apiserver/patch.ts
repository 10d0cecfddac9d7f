import type { ApiResponse } from "../api/transport.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { applyJsonPatch, parseJsonPatch } from "../base/json-patch.ts";
import { mergePatch } from "../base/merge-patch.ts";
import { answerObject } from "./answer.ts";
import { apply } from "./apply/apply.ts";
import type { ObjectCall, Workshop } from "./call.ts";
import { asManifest } from "./decode.ts";
import { applyType, mediaType, readJsonBody, unsupported } from "./request-body.ts";
import type { ServedKind } from "./served-kind.ts";
import { strategicMerge } from "./strategic-merge.ts";
import { updateObject } from "./update.ts";
import { readPatchOptions } from "./write-options.ts";

export const mergeType = "application/merge-patch+json";
export const jsonType = "application/json-patch+json";
const strategicType = "application/strategic-merge-patch+json";

/** PATCH of an object, or of its status. */
export async function patch(call: ObjectCall, shop: Workshop): Promise<ApiResponse> {
  const { served } = call.collection;
  const type = mediaType(call.request);
  const options = readPatchOptions(call.request.query, type === applyType);
  const strategic = served.form === "native" ? [strategicType] : [];
  const accepted = [jsonType, mergeType, ...strategic, applyType];
  if (!accepted.includes(type)) throw unsupported(accepted);
  if (type === applyType) return apply(call, shop, options);
  const body = await readJsonBody(call.request, accepted);
  const patched = patcherOf(type, body.value, served);
  const policy = { fieldValidation: options.fieldValidation, duplicates: body.duplicates, warn: call.warn };
  const warned = new Set<string>();
  // The patch may be applied more than once; the user need not hear of a typing error each time.
  const warn = (text: string) => {
    if (!warned.has(text)) call.warn(text);
    warned.add(text);
  };
  const stored = await updateObject(call, shop, options, (live) => ({
    object: asManifest(patched(live), served),
    policy: { ...policy, warn },
  }));
  return answerObject(call, shop, 200, stored);
}

/** What a patch of that type makes of an object. */
export function patcherOf(type: string, body: JsonValue, served: ServedKind): (live: JsonObject) => JsonValue {
  if (type === jsonType) {
    const operations = parseJsonPatch(body);
    return (live) => rejecting(() => applyJsonPatch(live, operations), live, served);
  }
  if (!isJsonObject(body)) throw new SporeError("SPORE_BAD_REQUEST", "the patch must be a JSON object");
  return type === mergeType ? (live) => mergePatch(live, body) : (live) => strategicMerge(live, body, served.schema);
}

/** A patch that does not fit the object is the request's fault; clients know this sentence. */
function rejecting(apply: () => JsonValue, live: JsonObject, { kind }: ServedKind): JsonValue {
  try {
    return apply();
  } catch (cause) {
    if (!isSporeError(cause, "SPORE_INVALID")) throw cause;
    const message = `the server rejected our request due to an error in our request: ${cause.message}`;
    const metadata = isJsonObject(live.metadata) ? live.metadata : {};
    const details = {
      group: kind.group,
      kind: kind.kind,
      ...(typeof metadata.name === "string" ? { name: metadata.name } : {}),
    };
    throw new SporeError("SPORE_INVALID", message, details, { cause });
  }
}

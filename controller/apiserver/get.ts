import type { ApiResponse } from "../api/transport.ts";
import { answerObject } from "./answer.ts";
import type { ObjectCall, Workshop } from "./call.ts";
import { readListOptions } from "./list-options.ts";
import { reached } from "./reached.ts";

/** GET of an object, or of its status, which is the whole object too. */
export async function get(call: ObjectCall, shop: Workshop): Promise<ApiResponse> {
  const { revision } = readListOptions(new URLSearchParams(versionOnly(call.request.query)), "list");
  await reached(shop, revision ?? 0, call.request.signal);
  return answerObject(call, shop, 200, await call.collection.get(call.namespace, call.name));
}

function versionOnly(query: URLSearchParams): Record<string, string> {
  const version = query.get("resourceVersion");
  return version === null ? {} : { resourceVersion: version };
}

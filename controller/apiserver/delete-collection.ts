import type { ApiResponse } from "../api/transport.ts";
import { isSporeError } from "../base/errors.ts";
import { answerList } from "./answer.ts";
import type { Call, Workshop } from "./call.ts";
import { readContinueToken } from "./continue-token.ts";
import { deleteObject } from "./delete.ts";
import { readDeleteOptions } from "./delete-options.ts";
import { readListOptions } from "./list-options.ts";
import { selectPage } from "./select-page.ts";
import { readSelection } from "./selection.ts";
import type { StoredObject } from "./stored-object.ts";

/** DELETE of a collection, or of those objects in it that a selection matches. Answers with the objects that were deleted or marked. */
export async function deleteCollection(call: Call, shop: Workshop): Promise<ApiResponse> {
  const { collection, namespace, request } = call;
  const options = readListOptions(request.query, "deletecollection");
  const selection = readSelection(request.query, collection.served);
  const deletion = { ...(await readDeleteOptions(request)), uid: "", resourceVersion: "" };
  const from =
    options.continueToken === "" ? { revision: undefined, after: "" } : readContinueToken(options.continueToken);
  const page = await selectPage(collection, { namespace, selection, limit: options.limit, from });
  const items: StoredObject[] = [];
  for (const { namespace: own, name } of page.items) {
    try {
      const address = { collection, namespace: own === "" ? undefined : own, name };
      items.push((await deleteObject(shop, address, deletion)).object);
    } catch (error) {
      if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error; // gone in the meantime, which is what was asked for
    }
  }
  return answerList(call, shop, { ...page, items });
}

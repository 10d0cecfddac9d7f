import type { ApiResponse } from "../api/transport.ts";
import { isSporeError } from "../base/errors.ts";
import { answerList } from "./answer.ts";
import type { Call, Workshop } from "./call.ts";
import { readContinueToken } from "./continue-token.ts";
import { deleteObject } from "./delete.ts";
import { type DeleteOptions, readDeleteOptions } from "./delete-options.ts";
import { readListOptions } from "./list-options.ts";
import { selectPage } from "./select-page.ts";
import { readSelection } from "./selection.ts";
import type { StoredObject } from "./stored-object.ts";

/** Objects deleted at the same time; they share the store's flushes. */
const deletionsAtOnce = 32;

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
  for (let done = 0; done < page.items.length; done += deletionsAtOnce) {
    const batch = page.items.slice(done, done + deletionsAtOnce);
    const deleted = await Promise.all(batch.map((item) => deleteListed(call, shop, item, deletion)));
    items.push(...deleted.filter((item) => item !== undefined));
  }
  return answerList(call, shop, { ...page, items });
}

/** @returns undefined when the object is gone already, which is what was asked for. */
async function deleteListed(
  { collection }: Call,
  shop: Workshop,
  { namespace, name }: StoredObject,
  options: DeleteOptions,
): Promise<StoredObject | undefined> {
  const address = { collection, namespace: namespace === "" ? undefined : namespace, name };
  try {
    return (await deleteObject(shop, address, options)).object;
  } catch (error) {
    if (isSporeError(error, "SPORE_NOT_FOUND")) return undefined;
    throw error;
  }
}

import type { ApiResponse } from "../api/transport.ts";
import { answerList } from "./answer.ts";
import type { Call, Workshop } from "./call.ts";
import { readContinueToken } from "./continue-token.ts";
import { deleteEach } from "./delete.ts";
import { readDeleteOptions } from "./delete-options.ts";
import { readListOptions } from "./list-options.ts";
import { selectPage } from "./select-page.ts";
import { readSelection } from "./selection.ts";

/** DELETE of a collection, or of those objects in it that a selection matches. Answers with the objects that were deleted or marked. */
export async function deleteCollection(call: Call, shop: Workshop): Promise<ApiResponse> {
  const { collection, namespace, request } = call;
  const options = readListOptions(request.query, "deletecollection");
  const selection = readSelection(request.query, collection.served);
  const deletion = { ...(await readDeleteOptions(request)), uid: "", resourceVersion: "" };
  const from =
    options.continueToken === "" ? { revision: undefined, after: "" } : readContinueToken(options.continueToken);
  const page = await selectPage(collection, { namespace, selection, limit: options.limit, from });
  const addresses = page.items.map((item) => ({ collection, namespace: item.namespace || undefined, name: item.name }));
  const deletions = await deleteEach(shop, addresses, deletion);
  const items = deletions.flatMap((done) => (done === undefined ? [] : [done.object]));
  return answerList(call, shop, { ...page, items });
}

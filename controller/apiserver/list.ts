import type { ApiResponse } from "../api/transport.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { answerList } from "./answer.ts";
import type { Call, Workshop } from "./call.ts";
import { type ContinueToken, readContinueToken, writeContinueToken } from "./continue-token.ts";
import { type ListOptions, readListOptions } from "./list-options.ts";
import { reached } from "./reached.ts";
import { errorReply } from "./reply.ts";
import { selectPage } from "./select-page.ts";
import { readSelection } from "./selection.ts";

/** GET of a collection. All pages show the revision of the first one. */
export async function list(call: Call, shop: Workshop): Promise<ApiResponse> {
  const { collection, namespace, request } = call;
  const options = readListOptions(request.query, "list");
  const selection = readSelection(request.query, collection.served);
  await reached(shop, options.revision ?? 0, request.signal);
  const from = startOf(options);
  try {
    return answerList(call, shop, await selectPage(collection, { namespace, selection, limit: options.limit, from }));
  } catch (error) {
    if (!isSporeError(error, "SPORE_EXPIRED")) throw error;
    if (options.continueToken === "") throw error;
    return errorReply(pageExpired(error), writeContinueToken({ ...from, revision: undefined }));
  }
}

function startOf(options: ListOptions): ContinueToken {
  if (options.continueToken !== "") return readContinueToken(options.continueToken);
  // A limited list of a revision meant exactly that one, before resourceVersionMatch could say so.
  const exact = options.match === "Exact" || (options.match === undefined && options.limit > 0);
  const wanted = options.revision ?? 0;
  return { revision: exact && wanted > 0 ? wanted : undefined, after: "" };
}

function pageExpired(cause: SporeError): SporeError {
  const message =
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue " +
    "parameter, or use the continue token in this response to read the rest as it is now, which may not fit the pages before.";
  return new SporeError("SPORE_EXPIRED", message, {}, { cause });
}

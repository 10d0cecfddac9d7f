import type { ApiResponse } from "../api/transport.ts";
import { answerObject } from "./answer.ts";
import { type Call, invalid, type Workshop } from "./call.ts";
import { asManifest, checkAddress, normalise } from "./decode.ts";
import { metadataOf, textIn } from "./object-meta.ts";
import { readObjectBody } from "./request-body.ts";
import type { ServedKind } from "./served-kind.ts";
import { readWriteOptions } from "./write-options.ts";

/**
 * POST of a question: the object comes back with its answer in it, and is stored nowhere.
 *
 * @throws SporeError `SPORE_BAD_REQUEST`, `SPORE_INVALID`, and what the answer itself throws.
 */
export async function review(call: Call, shop: Workshop, served: ServedKind): Promise<ApiResponse> {
  const { request, namespace, warn } = call;
  const options = readWriteOptions(request.query, "CreateOptions");
  const body = await readObjectBody(request, served);
  const manifest = asManifest(body.value, served);
  checkAddress(manifest, namespace, undefined);
  const policy = { fieldValidation: options.fieldValidation, duplicates: body.duplicates, warn };
  const question = normalise(manifest, served, policy);
  const causes = served.compiled.validate(question);
  if (causes.length > 0) throw invalid(served, textIn(metadataOf(question), "name"), causes);
  const asked = { ...question, metadata: metadataOf(question) };
  const object = (await served.review?.(asked, call, shop)) ?? asked;
  return answerObject(call, shop, 201, { object, text: JSON.stringify(object) });
}

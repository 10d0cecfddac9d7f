import { apiVersionOf } from "../api/kind.ts";
import type { ApiResponse } from "../api/transport.ts";
import type { JsonObject } from "../base/json.ts";
import type { AnswerMeans, Call } from "./call.ts";
import type { AnswerForm } from "./negotiate.ts";
import { metadataOf } from "./object-meta.ts";
import { directReply, jsonReply, streamReply } from "./reply.ts";
import type { ServedKind } from "./served-kind.ts";
import { partialMetadata, partialMetadataList, tableOf } from "./table.ts";

/** An object with its text, so that what is known as text already need not be written again. */
export interface Writable {
  readonly object: JsonObject;
  readonly text: string;
}

/** The objects that a list answers with, and what it says of itself. */
export interface WritableList {
  readonly items: readonly Writable[];
  readonly revision: number;
  /** Empty at the end of the list. */
  readonly continueToken: string;
  /** How many objects follow; undefined where that is not known, and at the end. */
  readonly remaining: number | undefined;
}

/** Long lists are sent in pieces of at least this size. */
const pieceMinCharacters = 64 * 1024;

const encoder = new TextEncoder();

/** The answer that carries one object. */
export function answerObject(call: Call, shop: AnswerMeans, status: number, item: Writable): ApiResponse {
  const { form, collection, request } = call;
  if (request.direct && form.kind === "object") return directReply(status, item.object);
  return jsonReply(status, objectText(item, collection.served, { form, nowMs: shop.clock.now(), withColumns: true }));
}

/** How an object is to be written. */
export interface Writing {
  readonly form: AnswerForm;
  /** Wall time, for ages. */
  readonly nowMs: number;
  /** Whether a Table says what its columns are. */
  readonly withColumns: boolean;
}

/** One object as JSON, in the form that the client asked for. */
export function objectText(item: Writable, served: ServedKind, { form, nowMs, withColumns }: Writing): string {
  switch (form.kind) {
    case "object":
      return item.text;
    case "partial":
      return JSON.stringify(partialMetadata(item.object, form.version));
    case "table": {
      const metadata = { resourceVersion: metadataOf(item.object).resourceVersion ?? "" };
      return JSON.stringify(tableOf(served, [item.object], { ...form, nowMs, withColumns, metadata }));
    }
  }
}

/** The answer that carries a list. */
export function answerList(call: Call, shop: AnswerMeans, list: WritableList): ApiResponse {
  const { form, collection } = call;
  const { served } = collection;
  const objects = () => list.items.map(({ object }) => object);
  switch (form.kind) {
    case "object":
      return streamReply(200, listText(served, list), { "content-type": "application/json" });
    case "partial":
      return jsonReply(200, JSON.stringify(partialMetadataList(objects(), form.version, listMeta(list))));
    case "table": {
      const options = { ...form, nowMs: shop.clock.now(), withColumns: true, metadata: listMeta(list) };
      return jsonReply(200, JSON.stringify(tableOf(served, objects(), options)));
    }
  }
}

/** A list piece by piece, so that a long one is never held as one text. */
async function* listText({ kind, listKind }: ServedKind, list: WritableList): AsyncGenerator<Uint8Array> {
  const head = JSON.stringify({ kind: listKind, apiVersion: apiVersionOf(kind), metadata: listMeta(list) });
  let text = `${head.slice(0, -1)},"items":[`;
  let separator = "";
  for (const item of list.items) {
    text += separator + item.text;
    separator = ",";
    if (text.length < pieceMinCharacters) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(`${text}]}\n`);
}

/** `metadata` of a list. */
function listMeta({ revision, continueToken, remaining }: WritableList): JsonObject {
  return {
    resourceVersion: String(revision),
    ...(continueToken === "" ? {} : { continue: continueToken }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  };
}

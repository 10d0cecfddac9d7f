import { apiVersionOf } from "../api/kind.ts";
import type { ApiEvent } from "../api/transport.ts";
import { asJsonObject } from "../base/as-json.ts";
import { deepFreeze } from "../base/deep-freeze.ts";
import type { SporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { objectText, type Writable } from "./answer.ts";
import type { AnswerMeans, Call } from "./call.ts";
import { statusOf } from "./reply.ts";
import type { WatchEvent } from "./watch-source.ts";

/** The form in which a watch's events go out. */
export interface FrameWriter<Frame> {
  event(type: WatchEvent["type"], item: Writable): Frame;
  bookmark(revision: number, annotations?: JsonObject): Frame;
  error(error: SporeError): Frame;
}

const encoder = new TextEncoder();

/** Hands on the objects as they are. */
export class EventWriter implements FrameWriter<ApiEvent> {
  readonly #call: Call;

  constructor(call: Call) {
    this.#call = call;
  }

  event(type: WatchEvent["type"], { object }: Writable): ApiEvent {
    return { type, object: deepFreeze(object) };
  }

  bookmark(revision: number, annotations?: JsonObject): ApiEvent {
    return { type: "BOOKMARK", object: deepFreeze(bookmarkOf(this.#call, revision, annotations)) };
  }

  error(error: SporeError): ApiEvent {
    return { type: "ERROR", object: deepFreeze(asJsonObject(statusOf(error))) };
  }
}

/** Writes the events of one watch, each as a line of JSON. */
export class LineWriter implements FrameWriter<Uint8Array> {
  readonly #call: Call;
  readonly #shop: AnswerMeans;
  #withColumns = true;

  constructor(call: Call, shop: AnswerMeans) {
    this.#call = call;
    this.#shop = shop;
  }

  event(type: WatchEvent["type"], item: Writable): Uint8Array {
    const { form, collection } = this.#call;
    const writing = { form, nowMs: this.#shop.clock.now(), withColumns: this.#withColumns };
    this.#withColumns = false; // clients remember them from the first event
    return frame(type, objectText(item, collection.served, writing));
  }

  bookmark(revision: number, annotations?: JsonObject): Uint8Array {
    const object = bookmarkOf(this.#call, revision, annotations);
    return this.#call.form.kind === "object"
      ? frame("BOOKMARK", JSON.stringify(object))
      : frame(
          "BOOKMARK",
          JSON.stringify({ ...object, kind: formKind(this.#call.form.kind), apiVersion: "meta.k8s.io/v1" }),
        );
  }

  error(error: SporeError): Uint8Array {
    return frame("ERROR", JSON.stringify(statusOf(error)));
  }
}

function bookmarkOf(call: Call, revision: number, annotations: JsonObject | undefined): JsonObject {
  const { kind } = call.collection.served;
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(annotations && { annotations }),
  };
  return { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata };
}

function formKind(form: "partial" | "table"): string {
  return form === "table" ? "Table" : "PartialObjectMetadata";
}

function frame(type: string, object: string): Uint8Array {
  return encoder.encode(`{"type":"${type}","object":${object}}\n`);
}

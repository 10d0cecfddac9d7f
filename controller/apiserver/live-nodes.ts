import { LiveNode } from "../api/live-node.ts";
import type { LiveEvent, LiveSource } from "../api/live-source.ts";
import type { ApiResponse } from "../api/transport.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { answerList, answerObject, type Writable } from "./answer.ts";
import type { AnswerMeans, Call, ObjectCall } from "./call.ts";
import { notFound } from "./collection.ts";
import { readListOptions } from "./list-options.ts";
import { readSelection, type Selection } from "./selection.ts";
import { answerWatch } from "./watch-frames.ts";
import type { WatchEvent, WatchSource } from "./watch-source.ts";

/** The reading verbs of `livenodes`: the same answers as for stored objects, out of a table in memory. */
export interface LiveNodes {
  get(call: ObjectCall, shop: AnswerMeans): ApiResponse;
  list(call: Call, shop: AnswerMeans): ApiResponse;
  watch(call: Call, shop: AnswerMeans): ApiResponse;
}

export function liveNodes(source: LiveSource): LiveNodes {
  return {
    get(call, shop) {
      const found = source.get(call.name);
      if (found === undefined) throw notFound(LiveNode, call.name);
      return answerObject(call, shop, 200, new LiveObject(found));
    },
    list(call, shop) {
      readListOptions(call.request.query, "list");
      const selection = readSelection(call.request.query, call.collection.served);
      return answerList(call, shop, { ...selected(source, selection), continueToken: "", remaining: undefined });
    },
    watch(call, shop) {
      const options = readListOptions(call.request.query, "watch");
      const selection = readSelection(call.request.query, call.collection.served);
      return answerWatch(sourceOf(source, selection), { call, shop, options });
    },
  };
}

function selected(source: LiveSource, selection: Selection) {
  const revision = source.revision();
  const items = source.list().map((node) => new LiveObject(node));
  return { items: selection.everything ? items : items.filter(({ object }) => selection.matches(object)), revision };
}

function sourceOf(source: LiveSource, selection: Selection): WatchSource {
  return {
    now: async () => selected(source, selection),
    revision: async () => source.revision(),
    async *changes(after, signal) {
      for await (const change of source.watch(after, signal)) {
        const event = eventOf(change);
        // Names never change and nothing else of a live node can be selected by, so an event is in view or never was.
        if (selection.everything || selection.matches(event.item.object)) yield event;
      }
    },
  };
}

function eventOf({ type, object }: LiveEvent): WatchEvent {
  return { type, item: new LiveObject(object), revision: Number(object.metadata.resourceVersion ?? 0) };
}

/** A live node as it is written; made only as far as somebody asks. */
class LiveObject implements Writable {
  readonly #node: LiveNode;
  #text: string | undefined;

  constructor(node: LiveNode) {
    this.#node = node;
  }

  get text(): string {
    this.#text ??= JSON.stringify(this.#node);
    return this.#text;
  }

  get object(): JsonObject {
    const value: JsonValue = JSON.parse(this.text);
    return isJsonObject(value) ? value : {};
  }
}

import type { ApiResponse } from "../api/transport.ts";
import type { ChangeEvent } from "../store/store.ts";
import type { Writable } from "./answer.ts";
import type { Call, Workshop } from "./call.ts";
import type { Collection } from "./collection.ts";
import { readListOptions } from "./list-options.ts";
import { reached } from "./reached.ts";
import { selectPage } from "./select-page.ts";
import { readSelection, type Selection } from "./selection.ts";
import { StoredObject } from "./stored-object.ts";
import { answerWatch } from "./watch-frames.ts";
import type { WatchEvent, WatchSource } from "./watch-source.ts";

/** GET of a collection with `watch`: a stream of events that begins where the client says, and can be resumed from any event. */
export async function watch(call: Call, shop: Workshop): Promise<ApiResponse> {
  const { collection, namespace, request } = call;
  const options = readListOptions(request.query, "watch");
  const selection = readSelection(request.query, collection.served);
  await reached(shop, options.revision ?? 0, request.signal);
  const source = storeSource(collection, namespace, selection);
  return answerWatch(source, { call, shop, options, gone: collection.gone });
}

function storeSource(collection: Collection, namespace: string | undefined, selection: Selection): WatchSource {
  return {
    async now() {
      const page = await selectPage(collection, {
        namespace,
        selection,
        limit: 0,
        from: { revision: undefined, after: "" },
      });
      return { items: page.items, revision: page.revision };
    },
    revision: () => collection.revision(),
    async *changes(after, signal) {
      const name = namespace !== undefined || !collection.served.kind.namespaced ? (selection.name ?? "") : "";
      for await (const change of collection.changes(`${collection.prefix(namespace)}${name}`, after, signal)) {
        const event = eventOf(change, collection, selection);
        if (event !== undefined) yield event;
      }
    },
  };
}

/** What a change looks like to somebody who sees only the selection; undefined when they see nothing of it. */
function eventOf(change: ChangeEvent, collection: Collection, selection: Selection): WatchEvent | undefined {
  const { key, revision, value, previous } = change;
  const now = value === undefined ? undefined : collection.decode({ key, revision, value });
  const before = previous && (now === undefined || !selection.everything) ? collection.decodePast(previous) : undefined;
  const was = selection.everything ? previous !== undefined : before !== undefined && selection.matches(before.object);
  const is = now !== undefined && selection.matches(now.object);
  if (is) return { type: was ? "MODIFIED" : "ADDED", item: now, revision };
  if (!was || before === undefined) return undefined;
  return { type: "DELETED", item: asOf(before, revision), revision };
}

/** The last state that was seen, under the revision at which it went. */
function asOf({ key, object }: StoredObject, revision: number): Writable {
  return new StoredObject(key, revision, object);
}

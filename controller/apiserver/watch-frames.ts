import type { ApiResponse } from "../api/transport.ts";
import { isSporeError } from "../base/errors.ts";
import type { AnswerMeans, Call } from "./call.ts";
import type { ListOptions } from "./list-options.ts";
import { directEvents, liveReply } from "./reply.ts";
import { WatchInbox } from "./watch-inbox.ts";
import { WatchRhythm } from "./watch-rhythm.ts";
import type { WatchSource } from "./watch-source.ts";
import { EventWriter, type FrameWriter, LineWriter } from "./watch-writers.ts";

interface WatchRequest {
  readonly call: Call;
  readonly shop: AnswerMeans;
  readonly options: ListOptions;
  /** Aborts when the kind is served no longer; the watch ends as it would after its time. */
  readonly gone?: AbortSignal;
}

/** Set on the bookmark behind the initial events of a WatchList (KEP-3157). */
const initialEventsEnd = "k8s.io/initial-events-end";

/** The answer to a watch: an event per line, or per value where the request is direct. */
export function answerWatch(source: WatchSource, request: WatchRequest): ApiResponse {
  const { call, shop } = request;
  if (call.request.direct && call.form.kind === "object") {
    return directEvents(200, watchFrames(source, request, new EventWriter(call)));
  }
  const frames = watchFrames(source, request, new LineWriter(call, shop));
  return liveReply(frames, { "content-type": "application/json" });
}

async function* watchFrames<Frame>(
  source: WatchSource,
  request: WatchRequest,
  writer: FrameWriter<Frame>,
): AsyncGenerator<Frame> {
  const { call, shop, options, gone } = request;
  const rhythm = new WatchRhythm(shop, options, { reader: call.request.signal, gone });
  try {
    let after = options.revision ?? 0;
    if (options.sendInitialEvents || after === 0) {
      const { items, revision } = await source.now();
      for (const item of items) yield writer.event("ADDED", item);
      if (options.sendInitialEvents && options.bookmarks)
        yield writer.bookmark(revision, { [initialEventsEnd]: "true" });
      after = revision;
    }
    yield* liveFrames(source, after, { writer, rhythm, bookmarks: options.bookmarks });
  } catch (error) {
    if (rhythm.isOver) return;
    if (!isSporeError(error)) throw error;
    yield writer.error(error);
  } finally {
    rhythm.stop();
  }
}

interface Live<Frame> {
  readonly writer: FrameWriter<Frame>;
  readonly rhythm: WatchRhythm;
  readonly bookmarks: boolean;
}

async function* liveFrames<Frame>(
  source: WatchSource,
  after: number,
  { writer, rhythm, bookmarks }: Live<Frame>,
): AsyncGenerator<Frame> {
  const inbox = new WatchInbox(source.changes(after, rhythm.signal), rhythm);
  let seen = after;
  try {
    for (;;) {
      const next = await inbox.next();
      if (next === "bookmark" || next === "end") {
        const revision = await source.revision();
        // Whatever happened up to that revision arrives within this turn; then the bookmark has to wait for it.
        await new Promise((resolve) => setImmediate(resolve));
        if (inbox.isEmpty) {
          if (bookmarks && revision > seen) yield writer.bookmark(revision);
          seen = Math.max(seen, revision);
        }
        if (next === "end") return;
        rhythm.bookmarkSent();
        continue;
      }
      if (next === undefined) return;
      seen = next.revision;
      yield writer.event(next.type, next.item);
    }
  } finally {
    inbox.close();
  }
}

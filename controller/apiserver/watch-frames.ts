import { apiVersionOf } from "../api/kind.ts";
import type { ApiEvent, ApiResponse } from "../api/transport.ts";
import { asJsonObject } from "../base/as-json.ts";
import { deepFreeze } from "../base/deep-freeze.ts";
import { isSporeError, type SporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { objectText, type Writable } from "./answer.ts";
import type { Call, Workshop } from "./call.ts";
import type { ListOptions } from "./list-options.ts";
import { directEvents, statusOf, streamReply } from "./reply.ts";

/** One event of a watch. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly item: Writable;
  readonly revision: number;
}

/** Where the events of a watch come from. */
export interface WatchSource {
  /** What there is, and at which revision. */
  now(): Promise<{ readonly items: readonly Writable[]; readonly revision: number }>;
  /** The newest revision. Events up to it have been handed to `changes` by the time this resolves. */
  revision(): Promise<number>;
  /**
   * Events after a revision, until `signal` aborts.
   *
   * @throws SporeError `SPORE_EXPIRED` when they are no longer known, or when the reader fell too far behind.
   */
  changes(after: number, signal: AbortSignal): AsyncIterable<WatchEvent>;
}

interface WatchRequest {
  readonly call: Call;
  readonly shop: Workshop;
  readonly options: ListOptions;
}

/** How often a quiet watch tells its client that nothing was missed. */
const bookmarkEveryMs = 60_000;
/** A watch without a limit of its own ends after this time, or up to twice as much; as in kube-apiserver. */
const lifetimeMinMs = 1_800_000;
/** Set on the bookmark behind the initial events of a WatchList (KEP-3157). */
const initialEventsEnd = "k8s.io/initial-events-end";

const encoder = new TextEncoder();

/** The answer to a watch: an event per line, or per value where the request is direct. */
export function answerWatch(source: WatchSource, request: WatchRequest): ApiResponse {
  const { call, shop } = request;
  if (call.request.direct && call.form.kind === "object") {
    return directEvents(200, watchFrames(source, request, new EventWriter(call)));
  }
  const frames = watchFrames(source, request, new LineWriter(call, shop));
  return streamReply(200, frames, { "content-type": "application/json" });
}

/** The form in which a watch's events go out. */
interface FrameWriter<Frame> {
  event(type: WatchEvent["type"], item: Writable): Frame;
  bookmark(revision: number, annotations?: JsonObject): Frame;
  error(error: SporeError): Frame;
}

async function* watchFrames<Frame>(
  source: WatchSource,
  request: WatchRequest,
  writer: FrameWriter<Frame>,
): AsyncGenerator<Frame> {
  const { call, shop, options } = request;
  const rhythm = new Rhythm(shop, options, call.request.signal);
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
  readonly rhythm: Rhythm;
  readonly bookmarks: boolean;
}

async function* liveFrames<Frame>(
  source: WatchSource,
  after: number,
  { writer, rhythm, bookmarks }: Live<Frame>,
): AsyncGenerator<Frame> {
  const inbox = new Inbox(source.changes(after, rhythm.signal), rhythm);
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

/** Waits for the next event or the next beat, whichever comes first. */
class Inbox {
  readonly #events: AsyncIterator<WatchEvent>;
  readonly #rhythm: Rhythm;
  #arrived: IteratorResult<WatchEvent> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(events: AsyncIterable<WatchEvent>, rhythm: Rhythm) {
    this.#events = events[Symbol.asyncIterator]();
    this.#rhythm = rhythm;
    rhythm.onBeat = () => this.#wake();
    this.#fetch();
  }

  get isEmpty(): boolean {
    return this.#arrived === undefined && this.#failure === undefined;
  }

  /** An event, a beat of the rhythm, or undefined when there will be no more events. */
  async next(): Promise<WatchEvent | "bookmark" | "end" | undefined> {
    while (this.isEmpty && this.#rhythm.due === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#rhythm.due === "end") return "end";
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#arrived === undefined) return this.#rhythm.due;
    const { done, value } = this.#arrived;
    this.#arrived = undefined;
    if (done === true) return undefined;
    this.#fetch();
    return value;
  }

  /** Lets go of the source, which an event that nobody took would hold up for ever. */
  close(): void {
    // Not awaited: it answers when what is under way has heard of the end, which concerns nobody here any more.
    this.#events.return?.().catch(() => {});
  }

  #fetch(): void {
    this.#events.next().then(
      (result) => {
        this.#arrived = result;
        this.#wake();
      },
      (error: unknown) => {
        this.#failure = { error };
        this.#wake();
      },
    );
  }
}

/** When bookmarks are due, and when a watch ends. */
class Rhythm {
  onBeat: () => void = () => {};
  readonly #shop: Workshop;
  readonly #controller = new AbortController();
  readonly #stops: (() => void)[] = [];
  #due: "bookmark" | "end" | undefined;
  #bookmark = { cancel: () => {} };

  constructor(shop: Workshop, { timeoutSeconds, bookmarks }: ListOptions, signal: AbortSignal) {
    this.#shop = shop;
    const lifetimeMs = timeoutSeconds === 0 ? lifetimeMinMs * (1 + shop.random()) : timeoutSeconds * 1000;
    const end = shop.clock.after(lifetimeMs, () => this.#beat("end"));
    this.#stops.push(() => end.cancel());
    this.#onAbort(shop.closing, () => this.#beat("end"));
    this.#onAbort(signal, () => this.stop());
    if (bookmarks) this.bookmarkSent();
  }

  /** Aborts when nobody reads any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return this.#controller.signal.aborted;
  }

  get due(): "bookmark" | "end" | undefined {
    return this.#due;
  }

  /** Sets the time of the next bookmark. */
  bookmarkSent(): void {
    if (this.#due === "bookmark") this.#due = undefined;
    this.#bookmark = this.#shop.clock.after(bookmarkEveryMs, () => this.#beat("bookmark"));
  }

  stop(): void {
    this.#bookmark.cancel();
    for (const stop of this.#stops.splice(0)) stop();
    this.#controller.abort();
  }

  #beat(due: "bookmark" | "end"): void {
    if (this.#due !== "end") this.#due = due;
    this.onBeat();
  }

  #onAbort(signal: AbortSignal, act: () => void): void {
    if (signal.aborted) {
      act();
      return;
    }
    signal.addEventListener("abort", act, { once: true });
    this.#stops.push(() => signal.removeEventListener("abort", act));
  }
}

/** Hands on the objects as they are. */
class EventWriter implements FrameWriter<ApiEvent> {
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
class LineWriter implements FrameWriter<Uint8Array> {
  readonly #call: Call;
  readonly #shop: Workshop;
  #withColumns = true;

  constructor(call: Call, shop: Workshop) {
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

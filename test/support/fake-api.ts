import type { Resource } from "../../controller/api/meta.ts";
import type { ApiRequest, ApiResponse, Transport } from "../../controller/api/transport.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../controller/base/json.ts";
import { mergePatch } from "../../controller/base/merge-patch.ts";

interface Change {
  readonly revision: number;
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: JsonObject;
}

interface Place {
  /** `apis/spore.dev/v1alpha1/nodes`: without the namespace. */
  readonly collection: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

interface Answer {
  readonly status: number;
  readonly body: JsonValue;
}

/**
 * The smallest API server on which clients can be tested when it misbehaves: it forgets history, refuses, goes down and tears watches apart
 * on demand, which the real one does not. Conduct of the real one is tested against the real one.
 */
export class FakeApi {
  readonly #objects = new Map<string, JsonObject>();
  readonly #changes: Change[] = [];
  readonly #watches = new Set<{ wake(): void; cut(error: Error | undefined): void }>();
  #revision = 1;
  #compacted = 0;
  /** `METHOD path` of every request, in order. */
  readonly requests: string[] = [];
  /** Answers in place of the server while it gives something. */
  intercept: (request: ApiRequest) => Answer | undefined = () => undefined;
  /** Bytes per chunk of an answer. */
  chunkBytes = 7;
  /** While false, nobody answers. */
  up = true;
  /** While true, watches tell nothing that happens. */
  areWatchesMute = false;

  readonly transport: Transport = async (request) => {
    this.requests.push(`${request.method} ${request.path}`);
    if (!this.up) throw new Error("connection refused");
    const answer = this.intercept(request);
    if (answer) return this.#respond(answer);
    const place = placeOf(request.path);
    if (!place) return this.#respond(failure(404, "NotFound", "the server could not find the requested resource"));
    if (request.method === "GET" && request.query.get("watch") === "true") return this.#watch(place, request);
    return this.#respond(await this.#handle(place, request));
  };

  /** How many watches are open. */
  get watches(): number {
    return this.#watches.size;
  }

  get revision(): number {
    return this.#revision;
  }

  /** Writes that reached the server. */
  get writes(): readonly string[] {
    return this.requests.filter((request) => !request.startsWith("GET "));
  }

  /** Ends all watches: in the middle of a line with an error, else as a server that shuts down does. */
  cutWatches(error?: Error): void {
    for (const watch of this.#watches) watch.cut(error);
  }

  /** Forgets how it came to what it has now. */
  compact(): void {
    this.#compacted = this.#revision;
    this.#changes.length = 0;
  }

  /** Tells the watches of a collection (`apis/spore.dev/v1alpha1/nodes`) how far they are. */
  bookmark(collection: string): void {
    const object = { metadata: { resourceVersion: String(++this.#revision) } };
    this.#tell({ collection, namespace: undefined, name: undefined, subresource: undefined }, "BOOKMARK", object);
  }

  /** Puts the object there, whatever was there. */
  put<T extends Resource>(path: string, object: T): void {
    const place = placeOf(path);
    if (place) this.#store(place, JSON.parse(JSON.stringify(object)));
  }

  remove(path: string): void {
    const place = placeOf(path);
    if (place) this.#delete(place);
  }

  async #handle(place: Place, request: ApiRequest): Promise<Answer> {
    const known = this.#objects.get(idOf(place));
    switch (request.method) {
      case "POST":
        return this.#create(place, await bodyOf(request));
      case "GET":
        if (place.name === undefined) return this.#list(place, request);
        return known ? { status: 200, body: known } : notFound(place);
      case "PUT":
      case "PATCH":
        if (!known) return notFound(place);
        return this.#change(place, known, request, await bodyOf(request));
      case "DELETE":
        if (!known) return notFound(place);
        this.#delete(place);
        return { status: 200, body: { kind: "Status", status: "Success" } };
    }
  }

  #create(collection: Place, object: JsonObject): Answer {
    const { name } = metadataOf(object);
    const place = { ...collection, name: String(name) };
    if (this.#objects.has(idOf(place))) return failure(409, "AlreadyExists", `${name} already exists`);
    return { status: 201, body: this.#store(place, object) };
  }

  #change(place: Place, known: JsonObject, { method, query }: ApiRequest, body: JsonObject): Answer {
    const version = metadataOf(body).resourceVersion;
    if (version !== undefined && version !== metadataOf(known).resourceVersion) {
      return failure(409, "Conflict", `${place.name} has been modified`);
    }
    const merged = method === "PUT" ? body : mergePatch(known, body);
    const object = isJsonObject(merged) ? merged : {};
    return { status: 200, body: query.get("dryRun") === "All" ? object : this.#store(place, object) };
  }

  #store(place: Place, object: JsonObject): JsonObject {
    const known = this.#objects.get(idOf(place));
    const old = known && metadataOf(known);
    this.#revision += 1;
    const specChanged = JSON.stringify(object.spec) !== JSON.stringify(known?.spec);
    const metadata = {
      ...metadataOf(object),
      ...(place.namespace !== undefined && { namespace: place.namespace }),
      uid: old?.uid ?? `uid-${this.#revision}`,
      generation: Number(old?.generation ?? 0) + (specChanged || !old ? 1 : 0),
      resourceVersion: String(this.#revision),
    };
    const stored = { ...object, metadata };
    this.#objects.set(idOf(place), stored);
    this.#tell(place, known ? "MODIFIED" : "ADDED", stored);
    return stored;
  }

  #delete(place: Place): void {
    const known = this.#objects.get(idOf(place));
    if (!known) return;
    this.#objects.delete(idOf(place));
    this.#revision += 1;
    const metadata = { ...metadataOf(known), resourceVersion: String(this.#revision) };
    this.#tell(place, "DELETED", { ...known, metadata });
  }

  #tell({ collection, namespace }: Place, type: Change["type"], object: JsonObject): void {
    this.#changes.push({ revision: this.#revision, collection, namespace, type, object });
    for (const watch of this.#watches) watch.wake();
  }

  #list(place: Place, { query }: ApiRequest): Answer {
    const prefix = idOf(place);
    const all = [...this.#objects].filter(([id]) => id.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
    const [from, revision] = query.get("continue")?.split("@") ?? ["", String(this.#revision)];
    if (Number(revision) < this.#compacted) return failure(410, "Expired", "the continue token is too old");
    const rest = all.filter(([id]) => id > (from ?? ""));
    const page = rest.slice(0, Number(query.get("limit") ?? Number.POSITIVE_INFINITY));
    const more = page.length < rest.length ? { continue: `${page.at(-1)?.[0]}@${revision}` } : {};
    // As in Kubernetes, the items do not say their kind.
    const items = page.map(([, { metadata, spec, status, data }]) => json({ metadata, spec, status, data }));
    return { status: 200, body: { kind: "List", metadata: { resourceVersion: revision ?? "", ...more }, items } };
  }

  #watch(place: Place, { query, signal }: ApiRequest): ApiResponse {
    let next = Number(query.get("resourceVersion"));
    if (next < this.#compacted) return this.#respond(failure(410, "Expired", "too old resource version"));
    const take = () => {
      if (this.areWatchesMute) return "";
      if (next < this.#compacted) return undefined;
      const found = this.#changes.filter(
        (change) =>
          change.revision > next &&
          change.collection === place.collection &&
          (place.namespace === undefined || change.namespace === place.namespace),
      );
      next = this.#revision;
      return found.map(({ type, object }) => `${JSON.stringify({ type, object })}\n`).join("");
    };
    return { status: 200, headers: {}, body: this.#stream(take, signal) };
  }

  async *#stream(take: () => string | undefined, signal: AbortSignal): AsyncIterable<Uint8Array> {
    let end: { error: Error | undefined } | undefined;
    let wake = () => {};
    const watch = {
      wake: () => wake(),
      cut: (error: Error | undefined) => {
        end = { error };
        wake();
      },
    };
    this.#watches.add(watch);
    signal.addEventListener("abort", () => watch.cut(new Error("aborted")), { once: true });
    try {
      while (!end) {
        const text = take();
        if (text === undefined) return yield* this.#chunks(expiredEvent); // what it still had to tell is forgotten
        if (text !== "") yield* this.#chunks(text);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
      if (end.error) {
        yield Buffer.from('{"type":"MODIFIED","obj');
        throw end.error;
      }
    } finally {
      this.#watches.delete(watch);
    }
  }

  #respond({ status, body }: Answer): ApiResponse {
    const text = JSON.stringify(body);
    return { status, headers: { "content-type": "application/json" }, body: this.#chunks(text) };
  }

  async *#chunks(text: string): AsyncIterable<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += this.chunkBytes) yield bytes.subarray(at, at + this.chunkBytes);
  }
}

const expiredEvent = `${JSON.stringify({
  type: "ERROR",
  object: { kind: "Status", apiVersion: "v1", code: 410, reason: "Expired", message: "too old resource version" },
})}\n`;

/** A `Status` with that code. */
export function failure(code: number, reason: string, message: string, details: JsonObject = {}): Answer {
  return {
    status: code,
    body: { kind: "Status", apiVersion: "v1", status: "Failure", reason, message, details, code },
  };
}

function notFound({ name, collection }: Place): Answer {
  return failure(404, "NotFound", `${collection} "${name}" not found`, { name: name ?? "" });
}

function placeOf(path: string): Place | undefined {
  const match =
    /^\/(api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+)(?=\/))?\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path);
  if (!match) return undefined;
  const [, root, namespace, plural, name, subresource] = match;
  return { collection: `${root}/${plural}`, namespace, name, subresource };
}

function idOf({ collection, namespace, name }: Place): string {
  return [collection, ...(namespace === undefined ? [] : [namespace]), name ?? ""].join("/");
}

function metadataOf(object: JsonObject): JsonObject {
  const { metadata } = object;
  return isJsonObject(metadata) ? metadata : {};
}

async function bodyOf(request: ApiRequest): Promise<JsonObject> {
  const body: JsonValue = request.body instanceof Uint8Array ? JSON.parse(Buffer.from(request.body).toString()) : null;
  return isJsonObject(body) ? body : {};
}

/** Without undefined fields. */
function json(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}

import { apiVersionOf, type Kind, pathOf, resourceName } from "../api/kind.ts";
import type { Key, Resource } from "../api/meta.ts";
import type { ApiRequest, ApiResponse, Method, Transport } from "../api/transport.ts";
import { asJson } from "../base/as-json.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline, untilAborted } from "../base/deadline.ts";
import { deepFreeze } from "../base/deep-freeze.ts";
import { eachUntilAborted } from "../base/each-until-aborted.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import type {
  Client,
  DeleteOptions,
  List,
  ListOptions,
  Manifest,
  Patch,
  UpdateOptions,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./client.ts";
import { parseAnswer, readText, responseMaxBytes } from "./response-body.ts";
import { responseError } from "./status-error.ts";
import { parseWarnings } from "./warning-header.ts";
import { linesOf, parseWatchEvent, watchEventOf, watchLineMaxBytes } from "./watch-stream.ts";

export interface ApiClientOptions {
  readonly clock: Clock;
  /** Name and version of the program: `sporectl/0.1.0`. The part before the slash is the default field manager. */
  readonly userAgent: string;
  /** How long a request other than a watch may take; default 60 s, which is also what servers allow. */
  readonly requestTimeoutMs?: number;
}

/** Of a request other than a watch, from its beginning to the end of its answer. */
export const requestTimeoutMs = 60_000;
/** From the request of a watch to the head of its answer. */
export const watchStartTimeoutMs = 30_000;

const patchTypes = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml", // JSON is YAML
} as const satisfies Record<Patch["type"], string>;

/** The one implementation of `Client`. It does not retry: who calls knows whether that helps. */
export function apiClient(transport: Transport, options: ApiClientOptions): Client {
  return new ApiClient(transport, options);
}

interface Call {
  readonly method: Method;
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly signal: AbortSignal;
  readonly onWarning?: ((text: string) => void) | undefined;
}

class ApiClient implements Client {
  readonly #transport: Transport;
  readonly #options: ApiClientOptions;

  constructor(transport: Transport, options: ApiClientOptions) {
    this.#transport = transport;
    this.#options = options;
  }

  async get<T extends Resource>(kind: Kind<T>, key: Key, signal: AbortSignal): Promise<T | undefined> {
    try {
      return await this.#object({ method: "GET", path: objectPath(kind, key), signal });
    } catch (error) {
      // Without a name it is the resource itself that the server does not know.
      if (isSporeError(error, "SPORE_NOT_FOUND") && error.details.name === key.name) return undefined;
      throw error;
    }
  }

  async list<T extends Resource>(kind: Kind<T>, options: ListOptions, signal: AbortSignal): Promise<List<T>> {
    const { namespace, ...parameters } = options;
    const path = pathOf(kind, kind.namespaced ? namespace : undefined);
    const text = await this.#text({ method: "GET", path, query: queryOf({ ...parameters }), signal });
    const list: RawList<T> = parseAnswer(text, path);
    const { resourceVersion, continue: more } = list.metadata;
    // Servers leave apiVersion and kind out of the items of lists.
    const items = list.items.map((item) => deepFreeze({ ...typeOf(kind), ...item }));
    return Object.freeze({ items: Object.freeze(items), resourceVersion, ...(more ? { continue: more } : {}) });
  }

  async *watch<T extends Resource>(
    kind: Kind<T>,
    options: WatchOptions,
    signal: AbortSignal,
  ): AsyncIterable<WatchEvent<T>> {
    const { namespace, ...parameters } = options;
    const path = pathOf(kind, kind.namespaced ? namespace : undefined);
    const query = queryOf({ watch: true, allowWatchBookmarks: true, ...parameters });
    using deadline = new Deadline(
      this.#options.clock,
      signal,
      watchStartTimeoutMs,
      `starting to watch ${resourceName(kind)}`,
    );
    try {
      const response = await this.#send({ method: "GET", path, query, signal: deadline.signal });
      deadline.lift();
      for await (const event of eventsOf<T>(response, deadline.signal)) if (event) yield event;
    } finally {
      deadline.abort(new SporeError("SPORE_INTERNAL", "the watch is over")); // also when the consumer left the loop
    }
  }

  create<T extends Resource>(kind: Kind<T>, object: Manifest<T>, options: WriteOptions): Promise<T> {
    const path = pathOf(kind, namespaceFor(kind, object.metadata.namespace));
    return this.#write({ method: "POST", path, body: { ...typeOf(kind), ...object } }, options);
  }

  update<T extends Resource>(kind: Kind<T>, object: T, options: UpdateOptions): Promise<T> {
    const path = objectPath(kind, object.metadata, options.subresource);
    return this.#write({ method: "PUT", path, body: { ...typeOf(kind), ...object } }, options);
  }

  patch<T extends Resource>(kind: Kind<T>, key: Key, patch: Patch, options: UpdateOptions): Promise<T> {
    const path = objectPath(kind, key, options.subresource);
    const call = { method: "PATCH", path, body: patch.body, contentType: patchTypes[patch.type] } as const;
    return this.#write(call, patch.type === "apply" ? { ...options, force: patch.force } : options);
  }

  async delete<T extends Resource>(kind: Kind<T>, key: Key, options: DeleteOptions): Promise<void> {
    const { signal, dryRun, propagationPolicy, preconditions, gracePeriodSeconds } = options;
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(propagationPolicy && { propagationPolicy }),
      ...(preconditions && { preconditions }),
      ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
      ...(dryRun === true && { dryRun: ["All"] }),
    };
    await this.#text({ method: "DELETE", path: objectPath(kind, key), body, signal });
  }

  #write<T extends Resource>(
    call: Omit<Call, "signal">,
    options: WriteOptions & { readonly force?: boolean | undefined },
  ): Promise<T> {
    const { signal, dryRun, fieldManager, fieldValidation, force, onWarning } = options;
    const query = queryOf({ dryRun: dryRun === true ? "All" : undefined, fieldManager, fieldValidation, force });
    return this.#object<T>({ ...call, query, signal, onWarning });
  }

  async #object<T extends Resource>(call: Call): Promise<T> {
    return this.#read(call, async (response, signal) => {
      const { direct } = response;
      if (direct?.kind === "object" && isResource<T>(direct.object)) return direct.object;
      return deepFreeze<T>(parseAnswer(await textOf(response, call, signal), call.path));
    });
  }

  /** The body of a successful answer. */
  #text(call: Call): Promise<string> {
    return this.#read(call, (response, signal) => textOf(response, call, signal));
  }

  async #read<R>(call: Call, read: (response: ApiResponse, signal: AbortSignal) => Promise<R>): Promise<R> {
    const asked = `${call.method} ${call.path}`;
    const timeoutMs = this.#options.requestTimeoutMs ?? requestTimeoutMs;
    using deadline = new Deadline(this.#options.clock, call.signal, timeoutMs, asked);
    try {
      return await read(await this.#send({ ...call, signal: deadline.signal }), deadline.signal);
    } catch (error) {
      deadline.abort(error); // frees what an unread body holds
      throw error;
    }
  }

  /** A successful answer, its body still to come. */
  async #send(call: Call): Promise<ApiResponse> {
    const { method, path, query = new URLSearchParams(), body, contentType = "application/json", signal } = call;
    const headers = {
      accept: "application/json",
      "user-agent": this.#options.userAgent,
      ...(body !== undefined && { "content-type": contentType }),
    };
    if (signal.aborted) throw signal.reason;
    const sent = this.#bodyOf(body);
    const response = await untilAborted(this.#transport({ method, path, query, headers, ...sent, signal }), signal);
    for (const text of parseWarnings(response.headers.warning ?? "")) call.onWarning?.(text);
    if (response.status < 400) return response;
    const asked = `${method} ${path}`;
    throw responseError(response, await textOf(response, call, signal), asked);
  }

  #bodyOf(body: unknown): Pick<ApiRequest, "body" | "direct"> {
    if (this.#transport.isDirect === true) return { direct: body === undefined ? {} : { value: asJson(body) } };
    return body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) };
  }
}

interface RawList<T> {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly T[];
}

/** The server made the object; its fields are trusted. */
function isResource<T extends Resource>(object: JsonObject): object is T & JsonObject {
  return isJsonObject(object.metadata);
}

function textOf(response: ApiResponse, { method, path }: Call, signal: AbortSignal): Promise<string> {
  return readText(eachUntilAborted(response.body, signal), responseMaxBytes, `${method} ${path}`);
}

async function* eventsOf<T extends Resource>(response: ApiResponse, signal: AbortSignal) {
  const { direct } = response;
  if (direct?.kind === "events") {
    for await (const event of eachUntilAborted(direct.events, signal)) yield watchEventOf<T>(event);
  } else {
    const lines = linesOf(eachUntilAborted(response.body, signal), watchLineMaxBytes);
    for await (const line of lines) yield parseWatchEvent<T>(line);
  }
}

function typeOf(kind: Kind): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: apiVersionOf(kind), kind: kind.kind };
}

function objectPath(kind: Kind, key: Key, subresource?: string): string {
  return pathOf(kind, namespaceFor(kind, key.namespace), key.name, subresource);
}

function namespaceFor(kind: Kind, namespace: string | undefined): string | undefined {
  if (!kind.namespaced) return undefined;
  if (namespace !== undefined && namespace !== "") return namespace;
  throw new SporeError("SPORE_BAD_REQUEST", `${resourceName(kind)} live in a namespace, and none was given`);
}

function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, String(value));
  return query;
}

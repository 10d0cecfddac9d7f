import type { LiveSource } from "../../controller/api/live-source.ts";
import type { Method, Transport } from "../../controller/api/transport.ts";
import { type ApiServer, createApiServer } from "../../controller/apiserver/api-server.ts";
import { Identities } from "../../controller/apiserver/authn/identities.ts";
import { ServiceAccountTokens } from "../../controller/apiserver/authn/service-account-tokens.ts";
import { newTokenKey } from "../../controller/apiserver/authn/token-key.ts";
import { builtinKinds } from "../../controller/apiserver/builtin/kinds.ts";
import { ownCrds } from "../../controller/apiserver/own-kinds.ts";
import type { ServedKind } from "../../controller/apiserver/served-kind.ts";
import type { User } from "../../controller/apiserver/user.ts";
import { openBlobStore } from "../../controller/artifacts/blob-store.ts";
import { type Clock, systemClock } from "../../controller/base/clock.ts";
import { type Logger, silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import type { Store } from "../../controller/store/store.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

export const admin: User = { name: "admin", groups: ["system:masters", "system:authenticated"] };

/** A table of live nodes with nothing in it. */
export const noLiveNodes: LiveSource = {
  list: () => [],
  get: () => undefined,
  revision: () => 0,
  async *watch(_after, signal) {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  },
};

export interface ServerParts {
  readonly store?: Store;
  readonly clock?: Clock;
  readonly live?: LiveSource;
  readonly log?: Logger;
  /** Those that need no CRD. */
  readonly kinds?: readonly ServedKind[];
  readonly identities?: Identities;
}

/** Who the service accounts in a store are; there is nobody else. */
export function accountIdentities(store: Store, clock: Clock): Identities {
  const accounts = new ServiceAccountTokens({ key: newTokenKey(), store, clock, random: seededRandom(2) });
  return new Identities({ tokens: [], accounts });
}

/** A server with all our kinds, on a store in memory unless another is given. Its images go when it is disposed of. */
export async function testServer({
  clock = systemClock,
  store,
  live,
  log,
  kinds = builtinKinds,
  identities,
}: ServerParts = {}): Promise<ApiServer> {
  const images = await temporaryDirectory();
  try {
    const opened = store ?? openMemoryStore({ clock });
    const server = await createApiServer({
      store: opened,
      kinds,
      crds: ownCrds(),
      clock,
      random: seededRandom(1),
      log: log ?? silentLogger,
      live: live ?? noLiveNodes,
      identities: identities ?? accountIdentities(opened, clock),
      artifacts: await openBlobStore(images.path, clock),
    });
    return {
      handle: (request, user, impersonation) => server.handle(request, user, impersonation),
      get kinds() {
        return server.kinds;
      },
      retire: () => server.retire(),
      drain: () => server.drain(),
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await images[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await images[Symbol.asyncDispose]();
    throw error;
  }
}

/** One answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every kind
  readonly json: any;
}

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is text or bytes, else as JSON. */
  readonly body?: unknown;
}

/** Sends one request after another to a server, wherever it is. */
export class Asker {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Sends a request and reads the whole answer. */
  async send(method: Method, url: string, ask: Ask = {}): Promise<Answer> {
    const response = await this.open(method, url, ask, new AbortController().signal);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString("utf8");
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }

  open(method: Method, url: string, { headers = {}, body }: Ask, signal: AbortSignal) {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const typed = body === undefined ? headers : { "content-type": "application/json", ...headers };
    const bytes = body === undefined ? {} : { body: bytesOf(body) };
    return this.#transport({ method, path: pathname, query: searchParams, headers: typed, ...bytes, signal });
  }

  get(url: string, headers: Ask["headers"] = {}) {
    return this.send("GET", url, { headers });
  }

  post(url: string, body: unknown) {
    return this.send("POST", url, { body });
  }

  put(url: string, body: unknown) {
    return this.send("PUT", url, { body });
  }

  merge(url: string, body: unknown) {
    return this.send("PATCH", url, { body, headers: { "content-type": "application/merge-patch+json" } });
  }

  jsonPatch(url: string, body: unknown) {
    return this.send("PATCH", url, { body, headers: { "content-type": "application/json-patch+json" } });
  }

  strategic(url: string, body: unknown) {
    return this.send("PATCH", url, { body, headers: { "content-type": "application/strategic-merge-patch+json" } });
  }

  delete(url: string, body?: unknown) {
    return this.send("DELETE", url, body === undefined ? {} : { body });
  }

  /** Opens a watch; `events` gives its events one by one. */
  async watch(url: string, headers: Ask["headers"] = {}): Promise<OpenWatch> {
    const controller = new AbortController();
    const response = await this.open("GET", url, { headers }, controller.signal);
    return new OpenWatch(response.status, lines(response.body), controller);
  }
}

/** A watch in the hands of a test. */
export class OpenWatch implements AsyncDisposable {
  readonly status: number;
  readonly #lines: AsyncGenerator<string>;
  readonly #controller: AbortController;

  constructor(status: number, text: AsyncGenerator<string>, controller: AbortController) {
    this.status = status;
    this.#lines = text;
    this.#controller = controller;
  }

  /** The next event; undefined when the stream has ended. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into events of every kind
  async next(): Promise<any> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : JSON.parse(value);
  }

  /** The next events, as `TYPE name`. */
  async take(count: number): Promise<readonly string[]> {
    const taken: string[] = [];
    while (taken.length < count) {
      const event = await this.next();
      if (event === undefined) break;
      taken.push(`${event.type} ${event.object.metadata.name ?? event.object.metadata.resourceVersion}`);
    }
    return taken;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort();
    await this.#lines.return(undefined).catch(() => {}); // over HTTPS the abort itself arrives here
  }
}

async function* lines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    yield* parts;
  }
}

function bytesOf(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const root = "/apis/spore.dev/v1alpha1";
/** Addresses that tests use. */
export const urls = {
  nodes: `${root}/nodes`,
  groups: `${root}/namespaces/default/nodegroups`,
  firmwares: `${root}/namespaces/default/firmwares`,
  revisions: `${root}/namespaces/default/nodegrouprevisions`,
  configMaps: "/api/v1/namespaces/default/configmaps",
  secrets: "/api/v1/namespaces/default/secrets",
  events: "/api/v1/namespaces/default/events",
  namespaces: "/api/v1/namespaces",
  liveNodes: "/apis/live.spore.dev/v1alpha1/livenodes",
} as const;

export function nodeManifest(name: string, spec: object = {}, metadata: object = {}) {
  const apiVersion = "spore.dev/v1alpha1";
  return { apiVersion, kind: "Node", metadata: { name, ...metadata }, spec: { family: "spore", ...spec } };
}

export function groupManifest(name: string, spec: object = {}) {
  const selector = { matchLabels: { room: "lab" } };
  const apiVersion = "spore.dev/v1alpha1";
  return { apiVersion, kind: "NodeGroup", metadata: { name }, spec: { selector, template: {}, ...spec } };
}

export function configMap(name: string, data: object = { a: "b" }, metadata: object = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata }, data };
}

import { setMaxListeners } from "node:events";
import { Gauge, Registry } from "prom-client";
import type { LiveSource } from "../api/live-source.ts";
import { ClusterRole } from "../api/rbac-kinds.ts";
import type { ApiRequest, ApiResponse } from "../api/transport.ts";
import type { BlobStore } from "../artifacts/blob-store.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline, untilAborted } from "../base/deadline.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { timestamp } from "../base/timestamp.ts";
import type { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import type { Store } from "../store/store.ts";
import { answerArtifacts } from "./artifacts.ts";
import { type Identities, unauthorized } from "./authn/identities.ts";
import { type Impersonation, impersonate } from "./authn/impersonation.ts";
import { type Attributes, attributesOf } from "./authz/attributes.ts";
import type { Authorizer } from "./authz/authorizer.ts";
import { ensureBootstrapRoles } from "./authz/bootstrap.ts";
import { forbidden } from "./authz/forbidden.ts";
import { RbacFeed } from "./authz/rbac-feed.ts";
import { RbacIndex } from "./authz/rbac-index.ts";
import type { Workshop } from "./call.ts";
import { askAs } from "./extension/ask-server.ts";
import { Definitions } from "./extension/definitions.ts";
import { OwnDefinitions } from "./extension/own-definitions.ts";
import { GarbageCollector } from "./garbage/garbage-collector.ts";
import { answerHealth, type HealthCheck } from "./health.ts";
import { InFlight } from "./in-flight.ts";
import { KeyedLock } from "./keyed-lock.ts";
import { KindRegistry } from "./kind-registry.ts";
import { liveNodes } from "./live-nodes.ts";
import { NamespaceTermination } from "./namespace-termination.ts";
import { firstNamespaces, Namespaces } from "./namespaces.ts";
import { notFoundPath } from "./not-found-path.ts";
import { ObjectCache } from "./object-cache.ts";
import { ownRelease } from "./own-kinds.ts";
import { generateUid } from "./random-names.ts";
import { errorReply, jsonReply, textReply, warningHeader } from "./reply.ts";
import { type PathRequest, type RequestInfo, readRequestInfo } from "./request-info.ts";
import { RequestMetrics } from "./request-metrics.ts";
import { readRequestTimeout } from "./request-timeout.ts";
import { ResourceHandler } from "./resource-handler.ts";
import type { ServedKind } from "./served-kind.ts";
import { sporeHooks } from "./spore-hooks.ts";
import { StaticPaths } from "./static-paths.ts";
import { anonymous, apiServer, type User } from "./user.ts";
import { versionInfo } from "./version.ts";

export interface ApiServerOptions {
  readonly store: Store;
  /** The kinds that need no CRD. */
  readonly kinds: readonly ServedKind[];
  /** CRDs that must be there; put into the store as a user would, and kept there. */
  readonly crds: readonly CustomResourceDefinition[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What `livenodes` shows. */
  readonly live: LiveSource;
  /** Who bears which token, and who makes tokens for service accounts. */
  readonly identities: Identities;
  /** Where `/artifacts` keeps its bytes. */
  readonly artifacts: BlobStore;
  /** What `/metrics` shows; the server adds its own figures. Default: only those. */
  readonly metrics?: Registry;
  /** What the health endpoints look at beside the server itself. */
  readonly checks?: readonly HealthCheck[];
}

/**
 * The Kubernetes API over one store, as a function from request to response. Nothing in it knows sockets: the HTTPS listener and the transport within
 * the process enter here alike. Disposing of it ends watches cleanly and refuses what comes after; the store is closed by whoever opened it.
 */
export interface ApiServer extends AsyncDisposable {
  /** What is served at this moment: kinds come and go with their CustomResourceDefinitions. */
  readonly kinds: readonly ServedKind[];
  /**
   * Answers a request on behalf of a user whose identity somebody else established, or of whomever they may impersonate. Never rejects: what goes wrong is an answer. The answer's body
   * must be consumed, or the request's signal aborted.
   */
  handle(request: ApiRequest, user: User, impersonation?: Impersonation): Promise<ApiResponse>;
  /** Fails `/readyz` from now on, so that whoever spreads load looks elsewhere before the listener closes. */
  retire(): void;
  /** Ends watches cleanly and refuses further requests for objects; the first half of disposing, for listeners that close before. */
  drain(): void;
}

/** Whoever did not say who they are learns whether the server is well, and nothing else. */
const noDetails = new URLSearchParams();
/** An image over a slow line takes longer. */
const uploadTimeoutMs = 600_000;

/** Makes a server over an open store, and the namespaces that are always there. */
export async function createApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const server = new Server(options);
  await server.prepare();
  return server;
}

class Server implements ApiServer {
  readonly #options: ApiServerOptions;
  readonly #closing = new AbortController();
  readonly #shop: Workshop;
  readonly #registry: KindRegistry;
  readonly #termination: NamespaceTermination;
  readonly #definitions: Definitions;
  readonly #own: OwnDefinitions;
  readonly #garbage: GarbageCollector;
  readonly #resources: ResourceHandler;
  readonly #static: StaticPaths;
  readonly #figures: Registry;
  readonly #metrics: RequestMetrics;
  readonly #authorizer: Authorizer;
  readonly #rbac: RbacFeed;
  readonly #inFlight = new InFlight();
  #isRetired = false;

  constructor(options: ApiServerOptions) {
    const { store, kinds, crds, clock, random, log, live, identities } = options;
    this.#options = options;
    this.#figures = options.metrics ?? new Registry();
    this.#metrics = new RequestMetrics(this.#figures, this.#inFlight);
    new Gauge({
      name: "spore_store_revision",
      help: "Revision of the last write.",
      registers: [this.#figures],
      async collect() {
        this.set(await store.revision());
      },
    });
    this.#registry = new KindRegistry(store, new ObjectCache());
    this.#registry.put("", kinds);
    const namespaces = new Namespaces(this.#registry.namespaces);
    const closing = this.#closing.signal;
    setMaxListeners(0, closing); // every watch hangs its end on it
    this.#shop = { store, clock, random, namespaces, identities, locks: new KeyedLock(), closing };
    this.#termination = new NamespaceTermination({
      shop: this.#shop,
      registry: this.#registry,
      log,
    });
    this.#definitions = new Definitions({
      shop: this.#shop,
      registry: this.#registry,
      log,
      hooksOf: sporeHooks,
      onGone: (name) => this.#own.gone(name),
    });
    this.#garbage = new GarbageCollector({ shop: this.#shop, registry: this.#registry, log });
    const settle = (name: string) => this.#definitions.settle(name);
    const ask = askAs((request) => this.handle(request, apiServer), closing);
    this.#own = new OwnDefinitions({ crds, release: ownRelease(), ask, log, settle });
    this.#resources = new ResourceHandler({
      shop: this.#shop,
      registry: this.#registry,
      live: liveNodes(live),
      terminating: (namespace) => this.#termination.begin(namespace),
    });
    this.#static = new StaticPaths(this.#registry);
    const index = new RbacIndex();
    this.#authorizer = index;
    this.#rbac = new RbacFeed({ store, index, clusterRoles: this.#registry.get(ClusterRole), clock, log });
  }

  async prepare(): Promise<void> {
    for (const name of firstNamespaces) await this.#ensureNamespace(name);
    const { store, clock, random } = this.#options;
    await ensureBootstrapRoles({ store, registry: this.#registry, clock, random });
    await this.#rbac.start();
    await this.#definitions.start();
    await this.#own.install();
    await this.#termination.resume();
    await this.#garbage.start();
  }

  async handle(request: ApiRequest, sender: User, impersonation?: Impersonation): Promise<ApiResponse> {
    const { clock, random, log } = this.#options;
    const startMs = clock.monotonic();
    const auditId = generateUid(random);
    const warnings: string[] = [];
    let user = sender;
    let info: RequestInfo | undefined;
    let response: ApiResponse;
    try {
      info = readRequestInfo(request.method, request.path, request.query);
      using _place = this.#inFlight.enter(info, user);
      if (impersonation !== undefined) {
        if (sender === anonymous) throw unauthorized();
        user = impersonate(impersonation, { user, authorizer: this.#authorizer });
      }
      this.#authorize(user, attributesOf(info, request.query));
      response = await this.#withinTime(request, info, user, (text) => warnings.push(text));
    } catch (error) {
      response = errorReply(this.#asSporeError(error, request, auditId));
    }
    const seconds = (clock.monotonic() - startMs) / 1000;
    const verb = info?.verb ?? "unknown";
    this.#metrics.answered(info, this.#registry, response.status, seconds);
    const by = user === sender ? {} : { impersonatedBy: sender.name };
    log.debug(
      { verb, path: request.path, user: user.name, ...by, status: response.status, seconds, auditId },
      "request answered",
    );
    const warning = warningHeader(warnings);
    const headers = {
      "audit-id": auditId,
      "cache-control": "no-cache, private",
      ...response.headers,
      ...(warning === undefined ? {} : { warning }),
    };
    const isOpen = info?.verb === "watch" && response.status === 200;
    return { ...(info && isOpen ? this.#watching(info, response) : response), headers };
  }

  #authorize(user: User, wanted: Attributes): void {
    const decision = this.#authorizer.decide(user, wanted);
    if (decision.allowed) return;
    // Whoever did not say who they are is asked to, and told nothing else.
    if (user === anonymous) throw unauthorized();
    throw forbidden(user, wanted, decision.reason());
  }

  #watching(info: RequestInfo, response: ApiResponse): ApiResponse {
    const { direct } = response;
    const counted = <T>(events: AsyncIterable<T>) => this.#metrics.watching(info, this.#registry, events);
    return direct?.kind === "events"
      ? { ...response, direct: { ...direct, events: counted(direct.events) } }
      : { ...response, body: counted(response.body) };
  }

  get kinds(): readonly ServedKind[] {
    return this.#registry.kinds;
  }

  retire(): void {
    this.#isRetired = true;
  }

  drain(): void {
    this.#isRetired = true;
    this.#closing.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.drain();
    await Promise.all([this.#termination.stop(), this.#definitions.stop(), this.#own.stop(), this.#garbage.stop()]);
    await this.#rbac.stop();
  }

  async #withinTime(
    request: ApiRequest,
    info: RequestInfo,
    user: User,
    warn: (text: string) => void,
  ): Promise<ApiResponse> {
    // A direct request ends with the deadline of its client, who is in this process and waits no longer than that.
    if (info.verb === "watch" || request.direct) return this.#answer(request, info, user, warn);
    const isUpload = info.kind === "path" && info.segments[0] === "artifacts";
    const timeoutMs = isUpload ? uploadTimeoutMs : readRequestTimeout(request.query);
    const what = `Timeout: request did not complete within requested timeout - ${request.method} ${request.path}`;
    using deadline = new Deadline(this.#options.clock, request.signal, timeoutMs, what);
    return await untilAborted(this.#answer({ ...request, signal: deadline.signal }, info, user, warn), deadline.signal);
  }

  #answer(request: ApiRequest, info: RequestInfo, user: User, warn: (text: string) => void): Promise<ApiResponse> {
    if (this.#closing.signal.aborted && info.kind === "resource") {
      throw new SporeError("SPORE_UNAVAILABLE", "the server is shutting down", { retryAfterSeconds: 1 });
    }
    return info.kind === "resource"
      ? this.#resources.handle(request, info, { user, authorizer: this.#authorizer }, warn)
      : this.#answerPath(request, info, user);
  }

  async #answerPath(request: ApiRequest, { segments }: PathRequest, user: User): Promise<ApiResponse> {
    if (segments[0] === "artifacts") return answerArtifacts(request, segments, this.#options.artifacts);
    if (request.method !== "GET") {
      throw new SporeError("SPORE_METHOD_NOT_ALLOWED", `${request.method} is not supported on ${request.path}; GET is`);
    }
    switch (segments[0]) {
      case "version":
        return jsonReply(200, JSON.stringify(versionInfo));
      case "healthz":
      case "livez":
      case "readyz":
        return answerHealth(
          segments,
          user === anonymous ? noDetails : request.query,
          this.#checks(segments[0]),
          this.#options.log,
        );
      case "metrics":
        return textReply(200, await this.#figures.metrics(), this.#figures.contentType);
      default: {
        const document = this.#static.answer(request, segments);
        if (document === undefined) throw notFoundPath();
        return document;
      }
    }
  }

  #checks(endpoint: string): readonly HealthCheck[] {
    const ping = { name: "ping", run: async () => {} };
    const store = { name: "store", run: async () => void (await this.#options.store.revision()) };
    const shutdown = { name: "shutdown", run: async () => this.#mustNotEnd() };
    const further = this.#options.checks ?? [];
    if (endpoint === "readyz") return [ping, store, ...further, shutdown];
    return [ping, store, ...further.filter(({ isVital }) => isVital === true)];
  }

  #mustNotEnd(): void {
    if (this.#isRetired) throw new SporeError("SPORE_UNAVAILABLE", "the server is shutting down");
  }

  #asSporeError(error: unknown, request: ApiRequest, auditId: string): SporeError {
    if (isSporeError(error)) return error;
    if (request.signal.aborted)
      return new SporeError("SPORE_TIMEOUT", "the client gave the request up", {}, { cause: error });
    this.#options.log.error(
      { err: error, method: request.method, path: request.path, auditId },
      "a request failed for a reason nobody expected",
    );
    const message = `Internal error occurred: see the log of spored for the audit id ${auditId}`;
    return new SporeError("SPORE_INTERNAL", message, {}, { cause: error });
  }

  async #ensureNamespace(name: string): Promise<void> {
    const { namespaces } = this.#registry;
    if ((await namespaces.find(undefined, name)) !== undefined) return;
    const { clock, random, store } = this.#options;
    const metadata = {
      name,
      uid: generateUid(random),
      creationTimestamp: timestamp(clock.now()),
      labels: { "kubernetes.io/metadata.name": name },
    };
    const object = {
      apiVersion: "v1",
      kind: "Namespace",
      metadata,
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    };
    await store.commit([{ key: namespaces.key(undefined, name), value: namespaces.encode(object), expect: 0 }]);
  }
}

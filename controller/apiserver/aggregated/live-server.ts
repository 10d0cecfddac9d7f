import { artifactsPlural } from "../../api/artifact-paths.ts";
import { LiveNode } from "../../api/live-node.ts";
import type { LiveSource } from "../../api/live-source.ts";
import type { ApiRequest, ApiResponse } from "../../api/transport.ts";
import type { BlobStore } from "../../artifacts/blob-store.ts";
import type { Clock } from "../../base/clock.ts";
import { Deadline, untilAborted } from "../../base/deadline.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { openMemoryStore } from "../../store/memory.ts";
import type { ApiServer } from "../api-server.ts";
import { answerArtifacts } from "../artifacts.ts";
import type { Impersonation } from "../authn/impersonation.ts";
import { type Attributes, attributesOf } from "../authz/attributes.ts";
import { RbacIndex } from "../authz/rbac-index.ts";
import { builtinKinds } from "../builtin/kinds.ts";
import type { AnswerMeans, Call } from "../call.ts";
import { answerHealth, type HealthCheck } from "../health.ts";
import { KindRegistry } from "../kind-registry.ts";
import { type LiveNodes, liveNodes } from "../live-nodes.ts";
import { readAnswerForm } from "../negotiate.ts";
import { notFoundPath } from "../not-found-path.ts";
import { ObjectCache } from "../object-cache.ts";
import { generateUid } from "../random-names.ts";
import { errorReply, jsonReply, textReply } from "../reply.ts";
import { type RequestInfo, type ResourceRequest, readRequestInfo } from "../request-info.ts";
import type { ServedKind } from "../served-kind.ts";
import { StaticPaths } from "../static-paths.ts";
import { authenticatedGroup, mastersGroup, type User } from "../user.ts";
import { versionInfo } from "../version.ts";

export interface LiveServerOptions {
  readonly live: LiveSource;
  /** Absent where another server keeps the images. */
  readonly artifacts: BlobStore | undefined;
  /** What has to hold for this process to do its work. */
  readonly checks: readonly HealthCheck[];
  /** Figures in Prometheus' text format. */
  readonly metrics: () => Promise<string>;
  /**
   * Asks whoever decides here.
   *
   * @throws SporeError `SPORE_FORBIDDEN` when the user may not.
   */
  readonly authorize: (user: User, wanted: Attributes, signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** An image over a slow line takes longer than other requests may. */
const uploadTimeoutMs = 600_000;
const requestTimeoutMs = 60_000;
/** What everybody may ask for who proved who they are: what is served, and whether it is there. */
const discoveryRoots: readonly string[] = ["apis", "api", "openapi"];
const publicRoots: readonly string[] = ["version", "healthz", "livez", "readyz"];

/**
 * What a `spored` that works on another API server serves itself: `livenodes` and images, which are memory and files of the process that hears the
 * devices. Beside the paths of our own API server, images lie at `/apis/live.spore.dev/v1alpha1/artifacts/<digest>`, where a Kubernetes API server in
 * front reaches them as well.
 */
export function createLiveServer(options: LiveServerOptions): ApiServer {
  return new LiveServer(options);
}

class LiveServer implements ApiServer {
  readonly #options: LiveServerOptions;
  readonly #closing = new AbortController();
  #isRetired = false;
  readonly #means: AnswerMeans;
  readonly #registry: KindRegistry;
  readonly #live: LiveNodes;
  readonly #static: StaticPaths;

  constructor(options: LiveServerOptions) {
    const { clock, random, live } = options;
    this.#options = options;
    const kinds = builtinKinds.filter(({ kind }) => kind.group === LiveNode.group);
    this.#registry = new KindRegistry(openMemoryStore({ clock }), new ObjectCache()); // nothing is ever stored
    this.#registry.put("", kinds);
    this.#means = { clock, random, closing: this.#closing.signal };
    this.#live = liveNodes(live);
    this.#static = new StaticPaths(this.#registry);
  }

  get kinds(): readonly ServedKind[] {
    return this.#registry.kinds;
  }

  async handle(request: ApiRequest, user: User, impersonation?: Impersonation): Promise<ApiResponse> {
    const { log, random } = this.#options;
    const auditId = generateUid(random);
    let response: ApiResponse;
    try {
      const info = readRequestInfo(request.method, request.path, request.query);
      if (impersonation) throw impersonatesNobody();
      response = await this.#withinTime(request, info, user);
    } catch (error) {
      if (!isSporeError(error)) log.error({ err: error, path: request.path, auditId }, "a request failed unexpectedly");
      response = errorReply(
        isSporeError(error) ? error : new SporeError("SPORE_INTERNAL", `see the log of spored for ${auditId}`),
      );
    }
    log.debug(
      { method: request.method, path: request.path, user: user.name, status: response.status, auditId },
      "request answered",
    );
    const headers = { "audit-id": auditId, "cache-control": "no-cache, private", ...response.headers };
    return { ...response, headers };
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
  }

  async #withinTime(request: ApiRequest, info: RequestInfo, user: User): Promise<ApiResponse> {
    const { clock } = this.#options;
    const timeoutMs = isArtifact(info) ? uploadTimeoutMs : requestTimeoutMs;
    using deadline = new Deadline(clock, request.signal, timeoutMs, `${request.method} ${request.path}`);
    await this.#authorize(user, info, attributesOf(info, request.query), deadline.signal);
    if (info.verb === "watch") return this.#answer(request, info, user);
    return await untilAborted(this.#answer({ ...request, signal: deadline.signal }, info, user), deadline.signal);
  }

  async #authorize(user: User, info: RequestInfo, wanted: Attributes, signal: AbortSignal): Promise<void> {
    const root = info.kind === "path" ? (info.segments[0] ?? "") : "";
    const isReading = info.verb === "get" || info.verb === "head";
    if (isReading && publicRoots.includes(root)) return;
    if (!user.groups.includes(authenticatedGroup)) throw new SporeError("SPORE_UNAUTHORIZED", "Unauthorized");
    if (user.groups.includes(mastersGroup)) return;
    if (isReading && discoveryRoots.includes(root)) return;
    await this.#options.authorize(user, wanted, signal);
  }

  async #answer(request: ApiRequest, info: RequestInfo, user: User): Promise<ApiResponse> {
    if (this.#closing.signal.aborted) {
      throw new SporeError("SPORE_UNAVAILABLE", "the server is shutting down", { retryAfterSeconds: 1 });
    }
    if (info.kind === "resource") return this.#answerResource(request, info, user);
    const { segments } = info;
    if (segments[0] === artifactsPlural) return this.#answerArtifact(request, segments);
    if (request.method !== "GET") throw new SporeError("SPORE_METHOD_NOT_ALLOWED", `${request.path} can be read only`);
    switch (segments[0]) {
      case "version":
        return jsonReply(200, JSON.stringify(versionInfo));
      case "healthz":
      case "livez":
      case "readyz":
        return answerHealth(segments, request.query, this.#checks(segments[0]), this.#options.log);
      case "metrics":
        return textReply(200, await this.#options.metrics(), "text/plain; version=0.0.4");
      default: {
        const document = this.#static.answer(request, segments);
        if (document === undefined) throw notFoundPath();
        return document;
      }
    }
  }

  async #answerResource(request: ApiRequest, info: ResourceRequest, user: User): Promise<ApiResponse> {
    if (info.group !== LiveNode.group || info.version !== LiveNode.version) throw notFoundPath();
    if (info.namespace !== undefined || info.subresource !== undefined) throw notFoundPath();
    if (info.plural === artifactsPlural && info.name !== undefined) {
      return this.#answerArtifact(request, [artifactsPlural, "sha256", info.name]);
    }
    const collection = this.#registry.find(info.group, info.version, info.plural);
    if (collection === undefined) throw notFoundPath();
    if (!collection.served.verbs.includes(info.verb)) {
      throw new SporeError(
        "SPORE_METHOD_NOT_ALLOWED",
        `${info.verb} is not supported on ${info.plural}: they are read-only`,
      );
    }
    const form = readAnswerForm(request.headers.accept, request.query);
    const rights = { user, authorizer: noRights };
    const where = { collection, namespace: undefined, subresource: undefined };
    const call: Call = { request, user, rights, ...where, form, warn: () => {} };
    if (info.name !== undefined) return this.#live.get({ ...call, name: info.name }, this.#means);
    return info.verb === "watch" ? this.#live.watch(call, this.#means) : this.#live.list(call, this.#means);
  }

  #answerArtifact(request: ApiRequest, segments: readonly string[]): Promise<ApiResponse> {
    const { artifacts } = this.#options;
    if (artifacts) return answerArtifacts(request, segments, artifacts);
    throw new SporeError("SPORE_NOT_FOUND", "the images are kept by the API server that this spored works on");
  }

  #checks(endpoint: string): readonly HealthCheck[] {
    const { checks } = this.#options;
    if (endpoint !== "readyz") return [ping, ...checks.filter(({ isVital }) => isVital === true)];
    return [ping, ...checks, { name: "shutdown", run: () => this.#refuseWhenRetired() }];
  }

  async #refuseWhenRetired(): Promise<void> {
    if (this.#isRetired) throw new SporeError("SPORE_UNAVAILABLE", "the server is shutting down");
  }
}

/** Nothing that is asked for here needs more than the right to ask. */
const noRights = new RbacIndex();

function impersonatesNobody(): SporeError {
  return new SporeError(
    "SPORE_BAD_REQUEST",
    "this listener answers nobody as somebody else: ask through the API server",
  );
}

const ping = { name: "ping", run: async () => {} };

function isArtifact(info: RequestInfo): boolean {
  return info.kind === "resource" ? info.plural === artifactsPlural : info.segments[0] === artifactsPlural;
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { sleep } from "../../base/clock.ts";
import type { Logger } from "../../base/log.ts";
import { type ApiAnswer, readParameters, refusal } from "./api-request.ts";
import { type Endpoint, type NodeContext, type NodeEffects, nameOf } from "./endpoint.ts";
import { labEndpoints } from "./lab-endpoints.ts";
import { boundaryOf } from "./multipart-file.ts";
import { networkEndpoints } from "./network-endpoints.ts";
import { nodeEndpoints } from "./node-endpoints.ts";
import type { NodeState } from "./node-state.ts";
import { taskEndpoints } from "./task-endpoints.ts";
import { receiveUpload, type UploadEnd, type UploadHost, type UploadOptions } from "./upload.ts";

/** What serving a request needs of its node. */
export interface ApiHost extends UploadHost {
  readonly log: Logger;
  readonly effects: Pick<NodeEffects, "announce" | "broadcastEvent" | "fire">;
  /** Restarts after the node's own delay. */
  readonly restartLater: () => void;
}

/** The HTTP API of one node. */
export class NodeApi {
  readonly #host: ApiHost;
  #inFlight = 0;

  constructor(host: ApiHost) {
    this.#host = host;
  }

  /** Answers one request; never rejects. */
  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { state, signal, log } = this.#host;
    const { socket } = request;
    if (state.faults.has("no-answer")) {
      request.resume();
      return;
    }
    this.#inFlight++;
    try {
      const end = await this.#answer(request);
      if (end.restart) onceClosed(response, this.#host.restartLater);
      if (end.kind === "reset") socket.resetAndDestroy();
      else await this.#write(request, response, end.answer);
    } catch (error) {
      // Where the client or the node went away meanwhile there is nobody to tell.
      if (!socket.destroyed && !signal.aborted)
        log.error({ err: error, url: request.url }, "a simulated node failed at a request");
      socket.destroy();
    } finally {
      this.#inFlight--;
    }
  }

  async #answer(request: IncomingMessage): Promise<UploadEnd> {
    const { path, query } = splitUrl(request.url ?? "/");
    const name = `${request.method} ${path}`;
    const answered = (answer: ApiAnswer): UploadEnd => ({ kind: "answer", answer, restart: false });
    const denied = this.#admit(name);
    if (denied) return answered(denied);
    const { state } = this.#host;
    if (name === updateName && state.profile.endpoints.includes(name)) {
      if (state.profile.ours && boundaryOf(request.headers["content-type"] ?? "") === undefined)
        return answered(refusal(400, "bad_request", "the body must be multipart/form-data"));
      const options = readUploadOptions(state, query, request);
      if (typeof options === "string")
        return answered({ status: 400, body: { status: "FAIL", error: "bad_request", message: options } });
      return receiveUpload(this.#host, request, options);
    }
    const endpoint = offered(state).find((each) => nameOf(each) === name);
    if (!endpoint) return answered({ status: 404, body: { error: "not_found" } });
    return this.#call(endpoint, query, request);
  }

  /** The admission rules of our firmware. */
  #admit(name: string): ApiAnswer | undefined {
    const { state } = this.#host;
    if (state.faults.has("low-memory")) return lowMemory;
    if (state.faults.has("busy") && name.startsWith("POST ") && name !== updateName) return busy;
    if (!state.profile.ours) return undefined;
    if (this.#inFlight > state.setting("max_concurrent_http_requests")) return lowMemory;
    if (!state.updater.isRunning || name === statusName || name === updateName) return undefined;
    return { ...busy, status: 503 };
  }

  async #call(endpoint: Endpoint, query: URLSearchParams, request: IncomingMessage): Promise<UploadEnd> {
    const { state, clock, effects } = this.#host;
    let restart = false;
    const end = (answer: ApiAnswer): UploadEnd => ({ kind: "answer", answer, restart });
    if (endpoint.writes && !isAuthorized(state, query, request))
      return end(refusal(401, "unauthorized", "the write needs the node's token"));
    const body = await readBody(request, state.profile.ours ? ownBodyMaxBytes : upstreamBodyMaxBytes);
    if (!body) return end(refusal(413, "too_large", "the body is too long"));
    const read = readParameters(query, request.headers["content-type"] ?? "", body);
    if (!read) return end(refusal(400, "bad_request", "the body is not a JSON object"));
    const context: NodeContext = {
      state,
      nowMs: clock.monotonic(),
      effects: {
        announce: effects.announce,
        broadcastEvent: effects.broadcastEvent,
        fire: effects.fire,
        restartSoon: () => {
          restart = true;
        },
      },
    };
    return end(endpoint.handle(context, { query, parameters: read.parameters }));
  }

  /** With what the faults make of an answer. What the client still sends is drained, so that it gets to read. */
  async #write(request: IncomingMessage, response: ServerResponse, { status, body }: ApiAnswer): Promise<void> {
    const { state, clock, signal } = this.#host;
    const delayMs = state.faults.value("slow-answers");
    if (delayMs !== undefined) await sleep(clock, delayMs, signal);
    const text = Buffer.from(JSON.stringify(body));
    const half = text.subarray(0, text.length >> 1);
    const shown = state.faults.has("half-json") || state.faults.has("cut-answer") ? half : text;
    response.writeHead(status, {
      "Content-Type": "application/json",
      "Content-Length": state.faults.has("cut-answer") ? text.length : shown.length,
      Connection: "close",
      ...(state.profile.ours && { "Access-Control-Allow-Origin": "*" }),
      ...(status === 503 && { "Retry-After": "2" }),
    });
    const isCut = state.faults.has("cut-answer");
    if (request.complete && !isCut) {
      response.end(shown);
      return;
    }
    response.write(shown);
    if (!request.complete) await drained(request);
    if (isCut) request.socket.destroySoon();
    else response.end();
  }
}

const statusName = "GET /api/node/status";
const updateName = "POST /api/node/update";
/** At most 40 bytes: a node that is short of memory has none for words. */
const lowMemory: ApiAnswer = { status: 503, body: { error: "low_memory" } };
const busy: ApiAnswer = { status: 409, body: { error: "busy" } };
const ownBodyMaxBytes = 1024;
const upstreamBodyMaxBytes = 8192;

/** The endpoints of a node now, but for the update and the WebSocket. */
function offered(state: NodeState): readonly Endpoint[] {
  const own = handled.filter((endpoint) => state.profile.endpoints.includes(nameOf(endpoint)));
  return state.inSafeMode ? own.filter(({ inSafeMode }) => inSafeMode) : [...own, ...labEndpoints(state)];
}

const updateEndpoint: Endpoint = {
  method: "POST",
  uri: "/api/node/update",
  parameters: [
    { name: "file", location: "body", required: true, type: "file" },
    { name: "size", location: "query", required: false, type: "number" },
    { name: "md5", location: "query", required: false, type: "string" },
    { name: "version", location: "query", required: false, type: "string" },
    { name: "fence", location: "query", required: false, type: "number" },
    { name: "token", location: "query", required: false, type: "string" },
  ],
  handle: () => refusal(500, "internal", "served apart"),
};

const listApi = ({ state }: NodeContext) => [...offered(state), updateEndpoint];
const handled: readonly Endpoint[] = [...nodeEndpoints(listApi), ...networkEndpoints(listApi), ...taskEndpoints];

/** A sentence where a parameter makes no sense. Upstream nodes read none. */
function readUploadOptions(state: NodeState, query: URLSearchParams, request: IncomingMessage): UploadOptions | string {
  if (!state.profile.ours) return { authorized: true };
  const [size, md5, fence, version] = ["size", "md5", "fence", "version"].map((key) => query.get(key) ?? undefined);
  if (size !== undefined && !/^\d{1,9}$/.test(size)) return "size must be a number of bytes";
  if (md5 !== undefined && !/^[0-9a-f]{32}$/i.test(md5)) return "md5 must be 32 hex digits";
  if (fence !== undefined && !(/^\d{1,16}$/.test(fence) && Number.isSafeInteger(Number(fence))))
    return "fence must be a whole number";
  return {
    authorized: isAuthorized(state, query, request),
    ...(size !== undefined && { size: Number(size) }),
    ...(md5 !== undefined && { md5 }),
    ...(fence !== undefined && { fence: Number(fence) }),
    ...(version !== undefined && version !== "" && { version }),
  };
}

function isAuthorized({ token }: NodeState, query: URLSearchParams, request: IncomingMessage): boolean {
  return token === "" || query.get("token") === token || request.headers.authorization === `Bearer ${token}`;
}

/** By hand, because `URL` throws at what any stranger may send. */
function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const [path = "/"] = url.split("?", 1);
  return { path, query: new URLSearchParams(url.slice(path.length + 1)) };
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of request) {
    chunks.push(chunk);
    total += chunk.length;
    if (total > maxBytes) chunks.length = 0;
  }
  return total > maxBytes ? undefined : Buffer.concat(chunks);
}

function drained(request: IncomingMessage): Promise<void> {
  if (request.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    request.once("end", resolve);
    request.once("close", resolve);
    request.resume();
  });
}

/** Runs `then` when the answer is out, or the connection is gone. */
function onceClosed(response: ServerResponse, then: () => void): void {
  let ran = false;
  const once = () => {
    if (!ran) then();
    ran = true;
  };
  response.once("finish", once);
  response.once("close", once);
  if (response.destroyed) once(); // the client has gone already, and says so no second time
}

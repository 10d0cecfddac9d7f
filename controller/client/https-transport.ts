import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ApiRequest, ApiResponse, Transport } from "../api/transport.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline } from "../base/deadline.ts";
import { SporeError } from "../base/errors.ts";
import { BearerToken } from "./bearer-token.ts";
import type { ClusterAccess } from "./kubeconfig.ts";
import { errorCodeOf, unreachable } from "./unreachable.ts";

const connectTimeoutMs = 10_000;
/** Connections that are kept for the next request. Watches have one each, beyond these. */
const idleSocketsMax = 8;

/** A transport that holds connections. */
export interface HttpsTransport extends AsyncDisposable {
  readonly transport: Transport;
}

/**
 * Speaks HTTP/1.1 to the server that `access` names. Credentials go over TLS only: with an `http://` URL (`kubectl proxy`) none is sent.
 */
export function httpsTransport(access: ClusterAccess, clock: Clock): HttpsTransport {
  const connection = new Connection(access, clock);
  return {
    transport: (request) => connection.request(request),
    [Symbol.asyncDispose]: async () => connection.close(),
  };
}

class Connection {
  readonly #access: ClusterAccess;
  readonly #clock: Clock;
  readonly #isSecure: boolean;
  readonly #agent: http.Agent;
  readonly #bearer: BearerToken;
  /** What every request says of who is asking, beside the token. */
  readonly #identity: http.OutgoingHttpHeaders;

  constructor(access: ClusterAccess, clock: Clock) {
    this.#isSecure = access.server.startsWith("https:");
    const options = { keepAlive: true, maxFreeSockets: idleSocketsMax };
    this.#access = access;
    this.#clock = clock;
    this.#agent = this.#isSecure ? new https.Agent({ ...options, ...tlsOptions(access) }) : new http.Agent(options);
    this.#bearer = new BearerToken(this.#isSecure ? access : {}, clock);
    this.#identity = { ...(this.#isSecure && basicHeader(access)), ...impersonationHeaders(access) };
  }

  close(): void {
    this.#agent.destroy();
  }

  async request(request: ApiRequest): Promise<ApiResponse> {
    const token = await this.#bearer.current();
    const response = await this.#sendAs(token, request);
    if (response.status !== 401 || token === undefined || !isRepeatable(request)) return response;
    if (!(await this.#bearer.replaced(token))) return response;
    for await (const _ of response.body); // frees the connection
    return await this.#sendAs(await this.#bearer.current(), request);
  }

  async #sendAs(token: string | undefined, request: ApiRequest): Promise<ApiResponse> {
    if (request.signal.aborted) throw request.signal.reason;
    for (let repeated = false; ; repeated = true) {
      const sent = this.#open(request, token);
      try {
        return await this.#answer(sent, request);
      } catch (error) {
        if (request.signal.aborted) throw request.signal.reason;
        // The server closed an idle connection just when we took it up. Only reading may be repeated without knowing more.
        const isStale = sent.reusedSocket && errorCodeOf(error) === "ECONNRESET" && request.method === "GET";
        if (!isStale || repeated) throw unreachable(this.#access.server, error);
      }
    }
  }

  #open({ method, path, query, headers, body, signal }: ApiRequest, token: string | undefined): http.ClientRequest {
    const tail = query.size > 0 ? `?${query}` : "";
    const length = body instanceof Uint8Array ? { "content-length": String(body.byteLength) } : {};
    return (this.#isSecure ? https : http).request(`${this.#access.server}${path}${tail}`, {
      method,
      headers: {
        ...headers,
        ...length,
        ...this.#identity,
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      agent: this.#agent,
      signal,
    });
  }

  async #answer(sent: http.ClientRequest, request: ApiRequest): Promise<ApiResponse> {
    const { server } = this.#access;
    using connecting = new Deadline(this.#clock, request.signal, connectTimeoutMs, `connecting to ${server}`);
    connecting.signal.addEventListener("abort", () => sent.destroy(connecting.signal.reason), { once: true });
    sent.once("socket", (socket) => {
      if (!socket.connecting) connecting.lift();
      else socket.once(this.#isSecure ? "secureConnect" : "connect", () => connecting.lift());
    });
    const answered = once(sent, "response");
    // A failure to send shows as an error of `sent`, unless the server has answered already; then the answer counts.
    send(sent, request.body).catch(() => {});
    const [response]: http.IncomingMessage[] = await answered;
    if (!response) throw new SporeError("SPORE_INTERNAL", "a response event came without a response");
    return {
      status: response.statusCode ?? 0,
      headers: flat(response.headers),
      body: chunksOf(response, request, server),
    };
  }
}

/** What a stream has delivered once is gone. */
function isRepeatable({ body }: ApiRequest): boolean {
  return body === undefined || body instanceof Uint8Array;
}

async function send(sent: http.ClientRequest, body: ApiRequest["body"]): Promise<void> {
  if (body === undefined || body instanceof Uint8Array) sent.end(body);
  else await pipeline(Readable.from(body, { objectMode: false }), sent);
}

async function* chunksOf(
  response: http.IncomingMessage,
  request: ApiRequest,
  server: string,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    throw request.signal.aborted ? request.signal.reason : unreachable(server, error);
  }
}

function flat(headers: http.IncomingHttpHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

function basicHeader({ basic }: ClusterAccess): http.OutgoingHttpHeaders {
  if (!basic) return {};
  const pair = Buffer.from(`${basic.username}:${basic.password}`).toString("base64");
  return { authorization: `Basic ${pair}` };
}

function impersonationHeaders({ impersonate }: ClusterAccess): http.OutgoingHttpHeaders {
  if (!impersonate) return {};
  const { user, uid, groups } = impersonate;
  return {
    "impersonate-user": user,
    ...(uid !== undefined && { "impersonate-uid": uid }),
    ...(groups.length > 0 && { "impersonate-group": [...groups] }),
  };
}

function tlsOptions(access: ClusterAccess): https.AgentOptions {
  return {
    ...(access.ca !== undefined && { ca: access.ca }),
    ...(access.clientCertificate !== undefined && { cert: access.clientCertificate }),
    ...(access.clientKey !== undefined && { key: access.clientKey }),
    ...(access.tlsServerName !== undefined && { servername: access.tlsServerName }),
    ...(access.insecureSkipTlsVerify === true && { rejectUnauthorized: false }),
  };
}

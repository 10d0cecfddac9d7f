import type { ApiResponse, Transport } from "../../api/transport.ts";
import type { Clock } from "../../base/clock.ts";
import { Deadline } from "../../base/deadline.ts";
import { eachUntilAborted } from "../../base/each-until-aborted.ts";
import { SporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { apiClient, requestTimeoutMs, watchStartTimeoutMs } from "../../client/api-client.ts";
import type { Client, WatchEvent } from "../../client/client.ts";
import { httpsTransport } from "../../client/https-transport.ts";
import { parseAnswer, readText, responseMaxBytes } from "../../client/response-body.ts";
import { responseError } from "../../client/status-error.ts";
import { linesOf, parseWatchEvent, type Watched, watchLineMaxBytes } from "../../client/watch-stream.ts";
import { clientVersion } from "../client-version.ts";
import type { Io } from "../io.ts";
import { accessFor } from "./access.ts";
import type { GlobalOptions } from "./global-options.ts";
import { type DiscoveryDocument, ResourceNames } from "./resource-names.ts";
import { readTimeout } from "./until.ts";

/** A connection to a server, and what it serves. Dispose of it, or the process lives until the server hangs up. */
export interface Session extends AsyncDisposable {
  readonly client: Client;
  readonly transport: Transport;
  /** The namespace that the user means. */
  readonly namespace: string;
  readonly names: ResourceNames;
  /** The server's address, as errors and people name it. */
  readonly server: string;
  /** An answer as JSON, whatever its kind. Throws what the server's `Status` says. */
  readJson<T>(path: string, request: JsonRequest): Promise<T>;
  /** An answer as it is. Throws what the server's `Status` says. */
  readText(path: string, request: JsonRequest): Promise<string>;
  /** The events of one watch, in whatever form `request.accept` asks for. */
  watch<T extends Watched>(path: string, request: JsonRequest): AsyncIterable<WatchEvent<T>>;
}

export interface JsonRequest {
  readonly query?: URLSearchParams;
  readonly accept?: string;
  /** Posted, where it is there. */
  readonly body?: JsonObject;
  readonly signal: AbortSignal;
}

const discoveryAccept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/**
 * Finds the server as the README says, and asks what it serves.
 *
 * @throws SporeError with a hint when there is no kubeconfig, or nobody answers.
 */
export async function openSession(options: GlobalOptions, io: Io): Promise<Session> {
  const timeoutMs = timeoutOf(options);
  const access = await accessFor(options, io);
  const connection = httpsTransport(access, io.clock);
  const transport = tracing(connection.transport, access.server, options, io);
  const server: Server = { transport, clock: io.clock, timeoutMs };
  const readJson = <T>(path: string, request: JsonRequest) => askJson<T>(server, path, request);
  const close = () => connection[Symbol.asyncDispose]();
  const documents: DiscoveryDocument[] = [];
  try {
    // One after the other: at once they would open two connections, and a TLS handshake costs more than a round trip.
    for (const path of ["/api", "/apis"]) {
      documents.push(await readJson(path, { accept: discoveryAccept, signal: io.signal }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const userAgent = `sporectl/${clientVersion()}`;
  return {
    client: apiClient(transport, { clock: io.clock, userAgent, requestTimeoutMs: timeoutMs }),
    transport,
    server: access.server,
    namespace: options.namespace ?? access.namespace,
    names: new ResourceNames(documents),
    readJson,
    readText: (path, request) => askText(server, path, request),
    watch: (path, request) => watchLines(server, path, request),
    [Symbol.asyncDispose]: close,
  };
}

interface Server {
  readonly transport: Transport;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

function timeoutOf({ requestTimeout }: GlobalOptions): number {
  if (requestTimeout === undefined || requestTimeout === "0") return requestTimeoutMs;
  return readTimeout(/^\d+$/.test(requestTimeout) ? `${requestTimeout}s` : requestTimeout);
}

/** With `-v 6` and above, a line for each request. Never a header: there are credentials in them. */
function tracing(
  transport: Transport,
  server: string,
  { verbosity = "0" }: GlobalOptions,
  { err, clock }: Io,
): Transport {
  if (!/^\d+$/.test(verbosity))
    throw new SporeError("SPORE_USAGE", `-v ${verbosity} is no number`, { hint: "use -v 6" });
  if (Number(verbosity) < 6) return transport;
  return async (request) => {
    const startMs = clock.now();
    const tail = request.query.size > 0 ? `?${request.query}` : "";
    const response = await transport(request);
    err.write(`${request.method} ${server}${request.path}${tail} ${response.status} in ${clock.now() - startMs} ms\n`);
    return response;
  };
}

async function askJson<T>(server: Server, path: string, request: JsonRequest): Promise<T> {
  return parseAnswer(await askText(server, path, request), path);
}

async function askText({ transport, clock, timeoutMs }: Server, path: string, request: JsonRequest): Promise<string> {
  using deadline = new Deadline(clock, request.signal, timeoutMs, `GET ${path}`);
  const { signal } = deadline;
  try {
    const { body } = await successOf(transport, path, { ...request, signal });
    return await textOf(body, path, signal);
  } catch (error) {
    deadline.abort(error); // frees what an unread body holds
    throw error;
  }
}

async function* watchLines<T extends Watched>(
  { transport, clock }: Server,
  path: string,
  request: JsonRequest,
): AsyncIterable<WatchEvent<T>> {
  using deadline = new Deadline(clock, request.signal, watchStartTimeoutMs, `starting to watch ${path}`);
  const { signal } = deadline;
  try {
    const { body } = await successOf(transport, path, { ...request, signal });
    deadline.lift();
    for await (const line of linesOf(eachUntilAborted(body, signal), watchLineMaxBytes)) {
      const event = parseWatchEvent<T>(line);
      if (event) yield event;
    }
  } finally {
    deadline.abort(new SporeError("SPORE_INTERNAL", "the watch is over")); // also when the consumer left the loop
  }
}

async function successOf(transport: Transport, path: string, request: JsonRequest): Promise<ApiResponse> {
  const { query = new URLSearchParams(), accept = "application/json", body, signal } = request;
  const posted = body && { body: Buffer.from(JSON.stringify(body)) };
  const headers = { accept, ...(posted && { "content-type": "application/json" }) };
  const method = posted ? "POST" : "GET";
  const response = await transport({ method, path, query, headers, ...posted, signal });
  if (response.status < 400) return response;
  throw responseError(response, await textOf(response.body, path, signal), `${method} ${path}`);
}

function textOf(body: ApiResponse["body"], path: string, signal: AbortSignal): Promise<string> {
  return readText(eachUntilAborted(body, signal), responseMaxBytes, `GET ${path}`);
}

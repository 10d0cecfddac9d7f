import type { ApiResponse, Transport } from "../../api/transport.ts";
import type { Clock } from "../../base/clock.ts";
import { Deadline } from "../../base/deadline.ts";
import { eachUntilAborted } from "../../base/each-until-aborted.ts";
import { SporeError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json.ts";
import { apiClient, requestTimeoutMs, watchStartTimeoutMs } from "../../client/api-client.ts";
import type { Client, WatchEvent } from "../../client/client.ts";
import { findKubeconfig } from "../../client/find-kubeconfig.ts";
import { httpsTransport } from "../../client/https-transport.ts";
import { readKubeconfig } from "../../client/kubeconfig.ts";
import { parseAnswer, readText, responseMaxBytes } from "../../client/response-body.ts";
import { responseError } from "../../client/status-error.ts";
import { linesOf, parseWatchEvent, type Watched, watchLineMaxBytes } from "../../client/watch-stream.ts";
import { clientVersion } from "../client-version.ts";
import type { Io } from "../io.ts";
import type { GlobalOptions } from "./global-options.ts";
import { type DiscoveryDocument, ResourceNames } from "./resource-names.ts";

/** A connection to a server, and what it serves. Dispose of it, or the process lives until the server hangs up. */
export interface Session extends AsyncDisposable {
  readonly client: Client;
  readonly transport: Transport;
  /** The namespace that the user means. */
  readonly namespace: string;
  readonly names: ResourceNames;
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
  const { paths, notice } = findKubeconfig(options.kubeconfig, io.env);
  if (notice !== undefined) io.err.write(`${notice}\n`);
  const access = await readKubeconfig(paths, options.context);
  const connection = httpsTransport(access, io.clock);
  const { transport } = connection;
  const server: Server = { transport, clock: io.clock };
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
  return {
    client: apiClient(transport, { clock: io.clock, userAgent: `sporectl/${clientVersion()}` }),
    transport,
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
}

async function askJson<T>(server: Server, path: string, request: JsonRequest): Promise<T> {
  return parseAnswer(await askText(server, path, request), path);
}

async function askText({ transport, clock }: Server, path: string, request: JsonRequest): Promise<string> {
  using deadline = new Deadline(clock, request.signal, requestTimeoutMs, `GET ${path}`);
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

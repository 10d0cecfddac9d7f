import type { ApiRequest, ApiResponse, Method, Transport } from "../api/transport.ts";
import { eachUntilAborted } from "../base/each-until-aborted.ts";
import { apiClient } from "../client/api-client.ts";
import type { Client, WatchEvent } from "../client/client.ts";
import { findKubeconfig } from "../client/find-kubeconfig.ts";
import { httpsTransport } from "../client/https-transport.ts";
import { readKubeconfig } from "../client/kubeconfig.ts";
import { readText } from "../client/response-body.ts";
import { responseError } from "../client/status-error.ts";
import { linesOf, parseWatchEvent, type Watched } from "../client/watch-stream.ts";
import { clientVersion } from "./client-version.ts";
import type { GlobalOptions } from "./global-options.ts";
import type { Io } from "./io.ts";
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
  /** The events of one watch, in whatever form `request.accept` asks for. */
  watch<T extends Watched>(path: string, request: JsonRequest): AsyncIterable<WatchEvent<T>>;
}

export interface JsonRequest {
  readonly query?: URLSearchParams;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

const answerMaxBytes = 256 * 1024 * 1024;
const watchLineMaxBytes = 16 * 1024 * 1024;
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
  const readJson = <T>(path: string, request: JsonRequest) => askJson<T>(transport, path, request);
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
    namespace: options.namespace ?? access.namespace ?? "default",
    names: new ResourceNames(documents),
    readJson,
    watch: (path, request) => watchLines(transport, path, request),
    [Symbol.asyncDispose]: close,
  };
}

async function askJson<T>(transport: Transport, path: string, request: JsonRequest): Promise<T> {
  const { body } = await successOf(transport, path, request);
  return JSON.parse(await readText(body, answerMaxBytes, `GET ${path}`)) as T;
}

async function* watchLines<T extends Watched>(
  transport: Transport,
  path: string,
  request: JsonRequest,
): AsyncIterable<WatchEvent<T>> {
  const { body } = await successOf(transport, path, request);
  for await (const line of linesOf(eachUntilAborted(body, request.signal), watchLineMaxBytes)) {
    const event = parseWatchEvent<T>(line);
    if (event) yield event;
  }
}

async function successOf(transport: Transport, path: string, request: JsonRequest): Promise<ApiResponse> {
  const { query = new URLSearchParams(), accept = "application/json", signal } = request;
  const response = await ask(transport, "GET", path, { query, headers: { accept }, signal });
  if (response.status < 400) return response;
  throw responseError(response, await readText(response.body, answerMaxBytes, `GET ${path}`), `GET ${path}`);
}

/** One request whose answer is for the caller to judge. */
export function ask(
  transport: Transport,
  method: Method,
  path: string,
  request: Omit<ApiRequest, "method" | "path">,
): Promise<ApiResponse> {
  return transport({ method, path, ...request });
}

import type { ApiRequest, ApiResponse, Method, Transport } from "../api/transport.ts";
import { apiClient } from "../client/api-client.ts";
import type { Client } from "../client/client.ts";
import { findKubeconfig } from "../client/find-kubeconfig.ts";
import { httpsTransport } from "../client/https-transport.ts";
import { readKubeconfig } from "../client/kubeconfig.ts";
import { readText } from "../client/response-body.ts";
import { responseError } from "../client/status-error.ts";
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
}

export interface JsonRequest {
  readonly query?: URLSearchParams;
  readonly accept?: string;
  readonly signal: AbortSignal;
}

const answerMaxBytes = 256 * 1024 * 1024;
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
  const asked = ["/api", "/apis"].map((path) =>
    readJson<DiscoveryDocument>(path, { accept: discoveryAccept, signal: io.signal }),
  );
  const documents = await Promise.all(asked).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    client: apiClient(transport, { clock: io.clock, userAgent: `sporectl/${clientVersion()}` }),
    transport,
    namespace: options.namespace ?? access.namespace ?? "default",
    names: new ResourceNames(documents),
    readJson,
    [Symbol.asyncDispose]: close,
  };
}

async function askJson<T>(transport: Transport, path: string, request: JsonRequest): Promise<T> {
  const { query = new URLSearchParams(), accept = "application/json", signal } = request;
  const response = await ask(transport, "GET", path, { query, headers: { accept }, signal });
  const text = await readText(response.body, answerMaxBytes, `GET ${path}`);
  if (response.status >= 400) throw responseError(response, text, `GET ${path}`);
  return JSON.parse(text) as T;
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

/** The HTTP methods of the Kubernetes API. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** One request to an API server, before it is known whether it crosses a network. */
export interface ApiRequest {
  readonly method: Method;
  /** Percent-encoded path, without query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Ends the request, and the answer's body where that still streams. */
  readonly signal: AbortSignal;
}

/** The answer. */
export interface ApiResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Chunks as they come; a watch goes on until `signal` aborts or the server ends it. Must be consumed. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * Carries a request to an API server: the one in this process, or one behind HTTPS. Rejects only when no answer
 * came; an error answer is an answer.
 *
 * @throws SporeError `SPORE_UNAVAILABLE` when the server cannot be reached.
 */
export type Transport = (request: ApiRequest) => Promise<ApiResponse>;

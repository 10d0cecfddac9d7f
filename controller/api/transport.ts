import type { JsonObject, JsonValue } from "../base/json.ts";

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
  /** Set by a client in the server's own process: the answer may come as a value, and so does what `body` would spell. */
  readonly direct?: { readonly value?: JsonValue };
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
  /** Whether chunks come when something happens, so that each has to be sent at once. */
  readonly isLive?: boolean;
  /** In place of `body`, where the request was direct. Frozen: server, caches and everybody who asks share it. */
  readonly direct?: DirectAnswer;
}

/** What an answer's body would spell. */
export type DirectAnswer =
  | { readonly kind: "object"; readonly object: JsonObject }
  /** Must be consumed, as a body. */
  | { readonly kind: "events"; readonly events: AsyncIterable<ApiEvent> };

/** One line of a watch. */
export interface ApiEvent {
  readonly type: string;
  readonly object: JsonObject;
}

/**
 * Carries a request to an API server: the one in this process, or one behind HTTPS. Rejects only when no answer
 * came; an error answer is an answer.
 *
 * @throws SporeError `SPORE_UNAVAILABLE` when the server cannot be reached.
 */
export interface Transport {
  (request: ApiRequest): Promise<ApiResponse>;
  /** Whether the server is in this process, so that requests may be direct. */
  readonly isDirect?: boolean;
}

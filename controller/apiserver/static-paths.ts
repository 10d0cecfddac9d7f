import type { ApiRequest, ApiResponse } from "../api/transport.ts";
import { SporeError } from "../base/errors.ts";
import { type Discovery, discoveryOf } from "./discovery.ts";
import { bytesReply } from "./reply.ts";
import type { ServedKind } from "./served-kind.ts";
import { isKnown, type StaticDocument } from "./static-document.ts";

/** First segments of the paths that the server answers itself. */
const roots: readonly string[] = [
  "version",
  "healthz",
  "livez",
  "readyz",
  "metrics",
  "api",
  "apis",
  "openapi",
  "artifacts",
];

/** The documents that describe what is served: discovery and OpenAPI. */
export class StaticPaths {
  readonly #discovery: Discovery;

  constructor(kinds: readonly ServedKind[]) {
    this.#discovery = discoveryOf(kinds);
  }

  /** A first segment, if it is one of ours. */
  static nameOf(segment: string | undefined): string {
    return segment !== undefined && roots.includes(segment) ? segment : "unknown";
  }

  /** @returns undefined when there is nothing at the path. */
  answer(request: ApiRequest, segments: readonly string[]): ApiResponse | undefined {
    const document = this.#find(request.headers.accept, segments);
    if (document === undefined) return undefined;
    const headers = { etag: document.etag, vary: "accept" };
    if (isKnown(document, request.headers["if-none-match"])) return bytesReply(304, new Uint8Array(), headers);
    return bytesReply(200, document.body, { ...headers, "content-type": document.contentType });
  }

  #find(accept: string | undefined, segments: readonly string[]): StaticDocument | undefined {
    const [root, first, second, ...rest] = segments;
    if (rest.length > 0) return undefined;
    if (root === "api" || root === "apis") {
      if (first === undefined) return this.#discovery.root(root, accept) ?? notAcceptable();
      if (root === "api") return second === undefined ? this.#discovery.resources("", first) : undefined;
      return second === undefined ? this.#discovery.group(first) : this.#discovery.resources(first, second);
    }
    return undefined;
  }
}

function notAcceptable(): never {
  throw new SporeError("SPORE_NOT_ACCEPTABLE", "only the following media types are accepted: application/json");
}

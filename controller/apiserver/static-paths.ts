import type { ApiRequest, ApiResponse } from "../api/transport.ts";
import { SporeError } from "../base/errors.ts";
import { type Discovery, discoveryOf } from "./discovery.ts";
import type { ServedKinds } from "./kind-registry.ts";
import { type OpenApiV2, openApiV2Of, openApiV2ProtobufType } from "./openapi-v2.ts";
import { type OpenApiV3, openApiV3Of } from "./openapi-v3.ts";
import { bytesReply } from "./reply.ts";
import { isKnown, type StaticDocument } from "./static-document.ts";
import { versionInfo } from "./version.ts";

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
  readonly #served: ServedKinds;
  #documents: Documents | undefined;

  constructor(served: ServedKinds) {
    this.#served = served;
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
    const { discovery } = this.#current();
    const [root, first, second, ...rest] = segments;
    if (root === "openapi") return this.#findOpenApi(accept, segments.slice(1));
    if (rest.length > 0) return undefined;
    if (root === "api" || root === "apis") {
      if (first === undefined) return discovery.root(root, accept) ?? notAcceptable("application/json");
      if (root === "api") return second === undefined ? discovery.resources("", first) : undefined;
      return second === undefined ? discovery.group(first) : discovery.resources(first, second);
    }
    return undefined;
  }

  /** Made anew once kinds came or went. */
  #current(): Documents {
    const { revision, kinds } = this.#served;
    if (this.#documents?.revision !== revision) {
      this.#documents = {
        revision,
        discovery: discoveryOf(kinds),
        openApiV2: openApiV2Of(kinds, versionInfo.gitVersion),
        openApiV3: openApiV3Of(kinds, versionInfo.gitVersion),
      };
    }
    return this.#documents;
  }

  #findOpenApi(accept: string | undefined, [version, ...path]: readonly string[]): StaticDocument | undefined {
    const { openApiV2, openApiV3 } = this.#current();
    if (version === "v3") return path.length === 0 ? openApiV3.index() : openApiV3.document(path.join("/"));
    if (version !== "v2" || path.length > 0) return undefined;
    return openApiV2.document(accept) ?? notAcceptable(`application/json, ${openApiV2ProtobufType}`);
  }
}

interface Documents {
  /** Of the kinds that they describe. */
  readonly revision: number;
  readonly discovery: Discovery;
  readonly openApiV2: OpenApiV2;
  readonly openApiV3: OpenApiV3;
}

function notAcceptable(types: string): never {
  throw new SporeError("SPORE_NOT_ACCEPTABLE", `only the following media types are accepted: ${types}`);
}

import { resourceName } from "../api/kind.ts";
import { LiveNode } from "../api/live-node.ts";
import type { ApiRequest, ApiResponse } from "../api/transport.ts";
import { SporeError } from "../base/errors.ts";
import type { Rights } from "./authz/authorizer.ts";
import type { Call, ObjectCall, Workshop } from "./call.ts";
import type { Collection } from "./collection.ts";
import { create } from "./create.ts";
import { remove } from "./delete.ts";
import { deleteCollection } from "./delete-collection.ts";
import { answerScale } from "./extension/answer-scale.ts";
import { get } from "./get.ts";
import type { KindRegistry } from "./kind-registry.ts";
import { list } from "./list.ts";
import type { LiveNodes } from "./live-nodes.ts";
import { readAnswerForm } from "./negotiate.ts";
import { notFoundPath } from "./not-found-path.ts";
import { patch } from "./patch.ts";
import { replace } from "./replace.ts";
import type { ResourceRequest } from "./request-info.ts";
import { review } from "./review.ts";
import { type ServedKind, statusVerbs, type Verb } from "./served-kind.ts";
import { watch } from "./watch.ts";

interface Parts {
  readonly shop: Workshop;
  readonly registry: KindRegistry;
  readonly live: LiveNodes;
  /** Told of each namespace that was marked as going away. */
  readonly terminating: (namespace: string) => void;
}

/** No object has a longer name, and no store needs to be asked for one. */
const nameMaxCharacters = 253;

/** Leads a request for objects to the verb that answers it. */
export class ResourceHandler {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async handle(
    request: ApiRequest,
    info: ResourceRequest,
    rights: Rights,
    warn: (text: string) => void,
  ): Promise<ApiResponse> {
    const collection = this.#collectionOf(info);
    const { name, namespace } = info;
    const call: Call = {
      request,
      user: rights.user,
      rights,
      collection,
      namespace,
      subresource: info.subresource === "status" || info.subresource === "scale" ? info.subresource : undefined,
      form: readAnswerForm(request.headers.accept, request.query),
      warn,
    };
    if (collection.served.deprecation !== undefined) warn(collection.served.deprecation);
    const action = collection.served.actions?.get(info.subresource ?? "");
    if (action !== undefined && name !== undefined) return review({ ...call, name }, this.#parts.shop, action);
    if (collection.served.kind.group === LiveNode.group) return this.#answerLive(call, info);
    if (name === undefined) return this.#answerMany(call, info.verb);
    const { scale } = collection.served.subresources;
    return info.subresource === "scale" && scale !== undefined
      ? answerScale({ ...call, name }, info.verb, scale, this.#parts.shop)
      : this.#answerOne({ ...call, name }, info.verb);
  }

  #collectionOf({ group, version, plural, namespace, name, subresource, verb }: ResourceRequest): Collection {
    const collection = this.#parts.registry.find(group, version, plural);
    if (collection === undefined) throw notFoundPath();
    const { served } = collection;
    if (!served.kind.namespaced && namespace !== undefined) throw notFoundPath();
    if (!isOffered(served, verb, name, subresource)) throw notAllowed(served, verb);
    if (
      served.kind.namespaced &&
      namespace === undefined &&
      (name !== undefined || verb === "create" || verb === "deletecollection")
    ) {
      const message = `${served.kind.plural} lie in namespaces: the address must be /…/namespaces/<namespace>/${served.kind.plural}`;
      throw new SporeError("SPORE_BAD_REQUEST", message);
    }
    if (
      (name?.length ?? 0) > nameMaxCharacters ||
      (namespace?.length ?? 0) > nameMaxCharacters ||
      namespace?.includes("/")
    ) {
      throw notFoundPath();
    }
    return collection;
  }

  #answerMany(call: Call, verb: Verb): Promise<ApiResponse> {
    const { shop } = this.#parts;
    switch (verb) {
      case "list":
        return list(call, shop);
      case "watch":
        return watch(call, shop);
      case "create":
        return call.collection.served.review === undefined
          ? create(call, shop)
          : review(call, shop, call.collection.served);
      case "deletecollection":
        return deleteCollection(call, shop);
      default:
        throw notAllowed(call.collection.served, verb);
    }
  }

  async #answerOne(call: ObjectCall, verb: Verb): Promise<ApiResponse> {
    const { shop } = this.#parts;
    switch (verb) {
      case "get":
        return get(call, shop);
      case "update":
        return replace(call, shop);
      case "patch":
        return patch(call, shop);
      case "delete": {
        const response = await remove(call, shop);
        if (call.collection === this.#parts.registry.namespaces) this.#parts.terminating(call.name);
        return response;
      }
      default:
        throw notAllowed(call.collection.served, verb);
    }
  }

  async #answerLive(call: Call, { name, verb }: ResourceRequest): Promise<ApiResponse> {
    const { live, shop } = this.#parts;
    if (name !== undefined) return live.get({ ...call, name }, shop);
    return verb === "watch" ? live.watch(call, shop) : live.list(call, shop);
  }
}

/** @throws SporeError `SPORE_NOT_FOUND` for a subresource that the kind does not have. */
function isOffered(served: ServedKind, verb: Verb, name: string | undefined, subresource: string | undefined): boolean {
  if (subresource === undefined) return served.verbs.includes(verb) && !(verb === "create" && name !== undefined);
  if (served.actions?.has(subresource)) return verb === "create";
  const { status, scale } = served.subresources;
  if (!(subresource === "status" && status) && !(subresource === "scale" && scale)) throw notFoundPath();
  return served.verbs.includes(verb) && statusVerbs.includes(verb);
}

function notAllowed({ kind }: ServedKind, verb: Verb): SporeError {
  const resource = resourceName(kind);
  return new SporeError("SPORE_METHOD_NOT_ALLOWED", `${verb} is not supported on resources of kind "${resource}"`);
}

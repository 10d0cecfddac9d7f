import { Namespace } from "../../api/core-kinds.ts";
import { parseFieldSelector } from "../../api/field-selector-text.ts";
import { isSporeError } from "../../base/errors.ts";
import type { PathRequest, RequestInfo, ResourceRequest } from "../request-info.ts";

/** What somebody wants to do, as roles speak of it. */
export type Attributes = ResourceAttributes | PathAttributes;

export interface ResourceAttributes {
  readonly kind: "resource";
  /** One of the API's verbs, or one that only roles know: `bind`, `escalate`, `impersonate`. */
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource?: string;
  /** Undefined for cluster-scoped objects, and for all namespaces at once. */
  readonly namespace?: string;
  readonly name?: string;
}

export interface PathAttributes {
  readonly kind: "path";
  /** A method in lower case. */
  readonly verb: string;
  readonly path: string;
}

/** What a request wants to do. */
export function attributesOf(info: RequestInfo, query: URLSearchParams): Attributes {
  return info.kind === "path" ? pathAttributes(info) : resourceAttributes(info, query);
}

function pathAttributes({ verb, segments }: PathRequest): PathAttributes {
  // A slash within a segment must not look like one between two.
  return { kind: "path", verb, path: `/${segments.map((segment) => segment.replaceAll("/", "%2F")).join("/")}` };
}

function resourceAttributes(info: ResourceRequest, query: URLSearchParams): ResourceAttributes {
  if ((info.verb === "list" || info.verb === "watch") && query.has("fieldSelector")) {
    const name = selectedName(query.get("fieldSelector") ?? "");
    return name === undefined || name === "" ? info : { ...info, name };
  }
  // A namespace lies in itself: whoever has a role in it may read it.
  const isNamespace = info.plural === Namespace.plural && info.group === Namespace.group;
  return isNamespace && info.name !== undefined ? { ...info, namespace: info.name } : info;
}

/** The one name that a list or watch can match; rights may be limited to it. */
function selectedName(selector: string): string | undefined {
  try {
    return parseFieldSelector(selector).find(({ path, operator }) => path === "metadata.name" && operator === "=")
      ?.value;
  } catch (error) {
    if (isSporeError(error, "SPORE_BAD_REQUEST")) return undefined; // whoever reads the list says what is wrong with it
    throw error;
  }
}

/** `plural`, or `plural/subresource`. */
export function resourceOf({ plural, subresource }: Pick<ResourceAttributes, "plural" | "subresource">): string {
  return subresource === undefined ? plural : `${plural}/${subresource}`;
}

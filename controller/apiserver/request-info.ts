import { SporeError } from "../base/errors.ts";
import type { Verb } from "./served-kind.ts";

/** What a request is about, read from its method and URL alone. */
export type RequestInfo = ResourceRequest | PathRequest;

/** A request for objects. */
export interface ResourceRequest {
  readonly kind: "resource";
  readonly verb: Verb;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
}

/** A request for anything else: discovery, health, artifacts. */
export interface PathRequest {
  readonly kind: "path";
  /** The method in lower case. */
  readonly verb: string;
  readonly segments: readonly string[];
}

/**
 * Reads the URL as kube-apiserver does (apiserver, `endpoints/request/requestinfo.go`).
 *
 * @throws SporeError `SPORE_BAD_REQUEST` when the path is not properly percent-encoded.
 */
export function readRequestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const segments = segmentsOf(path);
  const target = targetOf(segments);
  if (target === undefined) return { kind: "path", verb: method.toLowerCase(), segments };
  return { kind: "resource", verb: verbOf(method, target.name, query), ...target };
}

function segmentsOf(path: string): readonly string[] {
  try {
    return path
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
  } catch (cause) {
    const message = `the path ${JSON.stringify(path)} is not properly percent-encoded`;
    throw new SporeError("SPORE_BAD_REQUEST", message, {}, { cause });
  }
}

function targetOf(segments: readonly string[]): Omit<ResourceRequest, "kind" | "verb"> | undefined {
  const [root, ...below] = segments;
  if (root !== "api" && root !== "apis") return undefined;
  const [group = "", version, ...rest] = root === "api" ? ["", ...below] : below;
  const [first, name, third] = rest;
  if (version === undefined || first === undefined) return undefined;
  // /namespaces/x is the namespace itself, and so are its status and finalize; anything longer lies inside of it.
  const inside = first === "namespaces" && third !== undefined && third !== "status" && third !== "finalize";
  const place = inside && name !== undefined ? { namespace: name } : {};
  const [plural = "", ...tail] = inside ? rest.slice(2) : rest;
  if (tail.length > 2) return undefined;
  const [object, subresource] = tail;
  return {
    group,
    version,
    plural,
    ...place,
    ...(object === undefined ? {} : { name: object }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function verbOf(method: string, name: string | undefined, query: URLSearchParams): Verb {
  switch (method) {
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === undefined ? "deletecollection" : "delete";
    default:
      if (name !== undefined) return "get";
      return isOn(query, "watch") ? "watch" : "list";
  }
}

/** Whether a boolean parameter is set: anything but `0` and `false` counts as yes, also an empty value. */
export function isOn(query: URLSearchParams, parameter: string): boolean {
  const value = query.get(parameter);
  return value !== null && value !== "0" && value.toLowerCase() !== "false";
}

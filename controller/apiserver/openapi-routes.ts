import { pathOf } from "../api/kind.ts";
import { deleteOptionsModel, modelName, patchModel, scaleModel, statusModel } from "./openapi-models.ts";
import type { ServedKind, Verb } from "./served-kind.ts";

/** One URL of a kind and what may be done there, as both versions of OpenAPI tell it. */
export interface Route {
  /** With `{namespace}` and `{name}` in it. */
  readonly path: string;
  readonly operations: readonly Operation[];
}

export interface Operation {
  readonly method: "get" | "post" | "put" | "patch" | "delete";
  /** `x-kubernetes-action`. */
  readonly action: "get" | "list" | "post" | "put" | "patch" | "delete" | "deletecollection";
  readonly id: string;
  readonly served: ServedKind;
  readonly query: readonly QueryParameter[];
  readonly body?: { readonly mediaTypes: readonly string[]; readonly model: string };
  /** The model of a successful answer, and its HTTP status. */
  readonly answer: { readonly status: 200 | 201; readonly model: string };
}

export interface QueryParameter {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean";
  readonly description: string;
}

/** All URLs of a kind. */
export function routesOf(served: ServedKind): readonly Route[] {
  const { kind } = served;
  const namespace = kind.namespaced ? "{namespace}" : undefined;
  const routes = [
    ...(kind.namespaced
      ? [{ path: unescaped(pathOf(kind)), operations: collectionOperations(served, "ForAllNamespaces") }]
      : []),
    { path: unescaped(pathOf(kind, namespace)), operations: collectionOperations(served, "") },
    { path: unescaped(pathOf(kind, namespace, "{name}")), operations: objectOperations(served, "") },
    ...(served.subresources.status
      ? [{ path: unescaped(pathOf(kind, namespace, "{name}", "status")), operations: statusOperations(served) }]
      : []),
    ...(served.subresources.scale
      ? [{ path: unescaped(pathOf(kind, namespace, "{name}", "scale")), operations: objectOperations(served, "Scale") }]
      : []),
  ];
  return routes.filter(({ operations }) => operations.length > 0);
}

/** `pathOf` escapes the braces of a template. */
function unescaped(path: string): string {
  return decodeURIComponent(path);
}

function collectionOperations(served: ServedKind, scope: "" | "ForAllNamespaces"): readonly Operation[] {
  const { kind, listKind } = served;
  const own = modelName(kind, kind.kind);
  const listed = { status: 200, model: modelName(kind, listKind) } as const;
  const id = `${idWords(served, scope === "" && kind.namespaced)}${scope}`;
  const list = operation(served, "list", {
    method: "get",
    action: "list",
    id: `list${id}`,
    query: listQuery,
    answer: listed,
  });
  if (scope !== "") return list;
  return [
    ...list,
    ...operation(served, "create", {
      method: "post",
      action: "post",
      id: `create${id}`,
      query: writeQuery,
      body: { mediaTypes: objectTypes, model: own },
      answer: { status: 201, model: own },
    }),
    ...operation(served, "deletecollection", {
      method: "delete",
      action: "deletecollection",
      id: `deleteCollection${id}`,
      query: [...listQuery, dryRun],
      body: { mediaTypes: objectTypes, model: deleteOptionsModel },
      answer: { status: 200, model: statusModel },
    }),
  ];
}

function objectOperations(served: ServedKind, suffix: "" | "Status" | "Scale"): readonly Operation[] {
  const own = suffix === "Scale" ? scaleModel : modelName(served.kind, served.kind.kind);
  const answer = { status: 200, model: own } as const;
  const id = `${idWords(served, served.kind.namespaced)}${suffix}`;
  return [
    ...operation(served, "get", { method: "get", action: "get", id: `read${id}`, query: [], answer }),
    ...operation(served, "update", {
      method: "put",
      action: "put",
      id: `replace${id}`,
      query: writeQuery,
      body: { mediaTypes: objectTypes, model: own },
      answer,
    }),
    ...operation(served, "patch", {
      method: "patch",
      action: "patch",
      id: `patch${id}`,
      query: [...writeQuery, force],
      body: { mediaTypes: suffix === "Scale" ? scalePatchTypes : patchTypes(served), model: patchModel },
      answer,
    }),
    ...(suffix === ""
      ? operation(served, "delete", {
          method: "delete",
          action: "delete",
          id: `delete${id}`,
          query: deleteQuery,
          body: { mediaTypes: objectTypes, model: deleteOptionsModel },
          answer: { status: 200, model: statusModel },
        })
      : []),
  ];
}

function statusOperations(served: ServedKind): readonly Operation[] {
  return objectOperations(served, "Status");
}

/** Makes operation ids differ between groups and scopes, as in Kubernetes: `readCoreV1NamespacedEvent`. */
function idWords({ kind }: ServedKind, isNamespaced: boolean): string {
  const [group = ""] = (kind.group || "core").split(".");
  return `${capital(group)}${capital(kind.version)}${isNamespaced ? "Namespaced" : ""}${kind.kind}`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function operation(served: ServedKind, verb: Verb, rest: Omit<Operation, "served">): readonly Operation[] {
  return served.verbs.includes(verb) ? [{ served, ...rest }] : [];
}

const objectTypes = ["application/json", "application/yaml"];

/** kubectl takes the presence of the strategic form for the promise that lists are merged by key. */
function patchTypes({ form }: ServedKind): readonly string[] {
  const always = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
  return form === "native" ? [...always, "application/strategic-merge-patch+json"] : always;
}

const scalePatchTypes = ["application/json-patch+json", "application/merge-patch+json"];

const dryRun: QueryParameter = { name: "dryRun", type: "string", description: "All: do everything but store." };
const force: QueryParameter = { name: "force", type: "boolean", description: "Take fields over from other managers." };
const writeQuery: readonly QueryParameter[] = [
  dryRun,
  { name: "fieldManager", type: "string", description: "Who sets these fields." },
  // kubectl looks for this one to learn that the server validates.
  { name: "fieldValidation", type: "string", description: "Ignore, Warn or Strict: what becomes of unknown fields." },
];
const listQuery: readonly QueryParameter[] = [
  { name: "labelSelector", type: "string", description: "Only objects with these labels." },
  { name: "fieldSelector", type: "string", description: "Only objects with these fields." },
  { name: "limit", type: "integer", description: "At most this many objects on a page." },
  { name: "continue", type: "string", description: "The next page of an earlier list." },
  { name: "resourceVersion", type: "string", description: "How old the answer may be; where a watch begins." },
  { name: "resourceVersionMatch", type: "string", description: "Exact or NotOlderThan." },
  { name: "watch", type: "boolean", description: "Stream changes instead of a list." },
  { name: "allowWatchBookmarks", type: "boolean", description: "Tell how far the stream is when nothing happens." },
  { name: "sendInitialEvents", type: "boolean", description: "Begin the stream with the objects there are." },
  { name: "timeoutSeconds", type: "integer", description: "When to end a stream." },
];
const deleteQuery: readonly QueryParameter[] = [
  dryRun,
  { name: "gracePeriodSeconds", type: "integer", description: "Accepted and ignored." },
  { name: "propagationPolicy", type: "string", description: "Orphan, Background or Foreground." },
];

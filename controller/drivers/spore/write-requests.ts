import type { JsonValue } from "../../base/json.ts";
import type { DeviceRequest } from "../../wires/device-http.ts";
import type { Action } from "../driver.ts";
import type { NodeStatus } from "./node-status.ts";

type Request = Omit<DeviceRequest, "address" | "port">;
type ActionOf<K extends Action["kind"]> = Extract<Action, { readonly kind: K }>;

/** `POST /api/node/restart`. */
export function restartRequest(): Request {
  return { method: "POST", path: "/api/node/restart", body: [] };
}

/** Our firmware takes JSON and so keeps numbers numbers; others are known to take forms. */
export function configRequest({ values }: ActionOf<"PushConfig">, node: Pick<NodeStatus, "ours">): Request {
  if (node.ours) return post("/api/node/config", "application/json", JSON.stringify(values));
  const texts = Object.entries(values).map(([key, value]) => [key, textOf(value)] as const);
  return form("/api/node/config", texts);
}

/**
 * `POST /api/node/config` with `labels`. Our firmware merges, null removes. A node that may not know `merge`, and would
 * replace, is sent all the labels it has as they should become.
 */
export function labelsRequest({ labels, remove }: ActionOf<"SetLabels">, node: NodeStatus): Request {
  const removed = remove.map((key) => [key, null] as const);
  const kept = Object.entries(node.observation.labels ?? {}).filter(([key]) => !remove.includes(key));
  const sent = node.ours
    ? Object.fromEntries([...Object.entries(labels), ...removed])
    : { ...Object.fromEntries(kept), ...labels };
  return form("/api/node/config", [
    ["labels", JSON.stringify(sent)],
    ["merge", "1"],
  ]);
}

/** A call of one of the node's own endpoints: parameters go into the query of a GET or DELETE, and else into a form. */
export function callRequest({ method, uri, parameters }: ActionOf<"Call">): Request {
  const entries = Object.entries(parameters);
  if (method === "POST" || method === "PUT") return { ...form(uri, entries), method };
  const query = new URLSearchParams(parameters).toString();
  if (query === "") return { method, path: uri };
  return { method, path: `${uri}${uri.includes("?") ? "&" : "?"}${query}` };
}

function form(path: string, entries: readonly (readonly [string, string])[]): Request {
  const text = new URLSearchParams(entries.map(([key, value]): [string, string] => [key, value])).toString();
  return post(path, "application/x-www-form-urlencoded", text);
}

function post(path: string, contentType: string, text: string): Request {
  return { method: "POST", path, headers: { "Content-Type": contentType }, body: [Buffer.from(text)] };
}

function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { chipReport } from "./node-report.ts";
import type { NodeState } from "./node-state.ts";

/** No datagram of a node is longer. */
export const datagramMaxBytes = 500;

/** What a node makes of a datagram. */
export type ClusterMessage =
  | { readonly kind: "discovery" }
  /** The oldest spelling of these two names nobody. */
  | { readonly kind: "response" | "heartbeat"; readonly hostname?: string }
  | { readonly kind: "details"; readonly hostname: string; readonly body: JsonObject; readonly generation: 2 | 3 }
  | { readonly kind: "event"; readonly body: JsonObject }
  | { readonly kind: "raw"; readonly hex: string }
  | { readonly kind: "probe"; readonly nonce: string };

type Reader = (rest: string) => ClusterMessage | undefined;

/** Longer names before those they start with. */
const prefixes: readonly (readonly [RegExp, Reader])[] = [
  [/^CLUSTER_DISCOVERY$/, () => ({ kind: "discovery" })],
  [/^cluster\/discovery$/i, () => ({ kind: "discovery" })],
  [/^CLUSTER_RESPONSE$/, () => ({ kind: "response" })],
  [/^CLUSTER_RESPONSE:/, (rest) => named("response", rest.replace(/:(\d{1,3}\.){3}\d{1,3}$/, ""))],
  [/^CLUSTER_HEARTBEAT$/, () => ({ kind: "heartbeat" })],
  [/^CLUSTER_HEARTBEAT:/, (rest) => named("heartbeat", rest)],
  [/^cluster\/heartbeat:/i, (rest) => named("heartbeat", rest)],
  [/^CLUSTER_NODE_INFO:/, (rest) => details(rest, 2)],
  [/^NODE_UPDATE:/, (rest) => details(rest, 3)],
  [/^(?:cluster\/)?node\/update:/i, (rest) => details(rest, 3)],
  [/^CLUSTER_EVENT:/, event],
  [/^cluster\/event:/i, event],
  [/^RAW:/, (rest) => (/^[0-9a-f]*$/i.test(rest) ? { kind: "raw", hex: rest } : undefined)],
  [/^SPORE_PROBE:/, (rest) => (/^[0-9a-f]{1,16}$/i.test(rest) ? { kind: "probe", nonce: rest } : undefined)],
];

const hostnamePattern = /^[A-Za-z0-9_-]{1,32}$/;

/** Reads a datagram; what is none of ours, or malformed, is undefined. Never throws. */
export function readClusterMessage(datagram: Buffer): ClusterMessage | undefined {
  const text = datagram.toString("utf8").replace(/[\0\r\n ]+$/, "");
  for (const [prefix, read] of prefixes) {
    const match = prefix.exec(text);
    if (match) return read(text.slice(match[0].length));
  }
  return undefined;
}

/** The answer to `CLUSTER_DISCOVERY`, or undefined where the generation has none. */
export function discoveryResponse(state: NodeState): string | undefined {
  const form = state.profile.discovery;
  if (form === undefined) return undefined;
  if (state.faults.has("nameless")) return "CLUSTER_RESPONSE";
  const { hostname, address } = state.board;
  return form === "hostname" ? `CLUSTER_RESPONSE:${hostname}` : `CLUSTER_RESPONSE:${hostname}:${address}`;
}

/** Liveness. */
export function heartbeat(state: NodeState): string {
  return state.faults.has("nameless") ? "CLUSTER_HEARTBEAT" : `CLUSTER_HEARTBEAT:${state.board.hostname}`;
}

/**
 * Details of the node, in `prefix`'s spelling. Labels are left out from the last, then the extra keys, until the datagram fits.
 *
 * @param announcedPort the HTTP port where it is not 80.
 */
export function nodeDetails(
  state: NodeState,
  nowMs: number,
  prefix: "CLUSTER_NODE_INFO" | "NODE_UPDATE",
  announcedPort: number | undefined,
): string {
  const head = `${prefix}:${state.board.hostname}:`;
  const room = datagramMaxBytes - head.length;
  const chip = chipReport(state);
  const extra = state.profile.ours ? extraKeys(state, nowMs, announcedPort) : {};
  const labels = state.profile.labels ? Object.entries(state.labels) : [];
  for (let kept = labels.length; ; kept--) {
    const some = kept > 0 ? { labels: Object.fromEntries(labels.slice(0, kept)) } : {};
    const left = labels.length - kept;
    const json = JSON.stringify({ ...chip, ...some, ...(left > 0 && state.profile.ours && { lx: left }), ...extra });
    if (Buffer.byteLength(json) <= room) return head + json;
    if (kept <= 0) return head + JSON.stringify(chip);
  }
}

/** A cluster event of this node, or undefined when it does not fit into a datagram. */
export function clusterEvent({ profile, board }: NodeState, event: string, data: JsonValue): string | undefined {
  const text = `CLUSTER_EVENT:${JSON.stringify({ event, data, ...(profile.ours && { src: board.hostname }) })}`;
  return Buffer.byteLength(text) <= datagramMaxBytes ? text : undefined;
}

function extraKeys(state: NodeState, nowMs: number, announcedPort: number | undefined): JsonObject {
  const { version, md5 } = state.image;
  return {
    up: Math.floor(state.uptimeMs(nowMs) / 1000),
    boot: state.bootId,
    ...(version !== undefined && { ver: version.slice(0, 24) }),
    ...(announcedPort !== undefined && { port: announcedPort }),
    st: state.reportedState,
    ...(state.updater.isRunning && { rx: state.updater.receivedBytes }),
    cfg: state.configHash,
    md5: md5.slice(0, 8),
  };
}

function named(kind: "response" | "heartbeat", hostname: string): ClusterMessage | undefined {
  return hostnamePattern.test(hostname) ? { kind, hostname } : undefined;
}

function details(rest: string, generation: 2 | 3): ClusterMessage | undefined {
  const colon = rest.indexOf(":");
  const hostname = rest.slice(0, Math.max(0, colon));
  const body = parseObject(rest.slice(colon + 1));
  return body && hostnamePattern.test(hostname) ? { kind: "details", hostname, body, generation } : undefined;
}

function event(rest: string): ClusterMessage | undefined {
  const body = parseObject(rest);
  return body && typeof body.event === "string" ? { kind: "event", body } : undefined;
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined; // a node ignores what it cannot read
  }
}

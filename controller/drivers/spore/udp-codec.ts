import { isIPv4 } from "node:net";
import { isJsonObject, type JsonValue } from "../../base/json.ts";
import { type DeviceDetails, isHostname, readDetails } from "./device-facts.ts";

/** One datagram of the cluster protocol. */
export type ClusterMessage =
  | { readonly kind: "discovery" }
  /** The oldest generation sends it bare. */
  | { readonly kind: "response"; readonly hostname?: string; readonly address?: string }
  | { readonly kind: "heartbeat"; readonly hostname?: string }
  | {
      readonly kind: "details";
      readonly form: "CLUSTER_NODE_INFO" | "NODE_UPDATE";
      readonly hostname: string;
      readonly details: DeviceDetails;
    }
  /** `data` as JSON text, unless it was text already. */
  | { readonly kind: "event"; readonly event: string; readonly data: string }
  | { readonly kind: "raw"; readonly hex: string }
  | { readonly kind: "probe"; readonly nonce: string }
  | { readonly kind: "pong"; readonly nonce: string; readonly hostname: string }
  /** A known prefix, and behind it what the grammar does not allow. */
  | { readonly kind: "malformed"; readonly prefix: string }
  /** Some other protocol, or a later generation of this one. */
  | { readonly kind: "unknown"; readonly prefix: string };

/** Larger datagrams do not fit an Ethernet frame; nodes send 500 bytes at most. */
export const datagramMaxBytes = 1472;

/** Asks the nodes of the first generations to identify themselves. */
export const discoveryQuery = "CLUSTER_DISCOVERY";

const noncePattern = /^[0-9A-Fa-f]{1,16}$/;
const hexPattern = /^[0-9A-Fa-f]*$/;
const prefixMaxCharacters = 32;

type Reader = (rest: string) => ClusterMessage | undefined;

/** The most frequent first. A prefix that ends in `:` needs what follows; the others may stand alone. */
const readers: readonly (readonly [prefix: string, read: Reader])[] = [
  ["NODE_UPDATE:", (rest) => readDetailsMessage("NODE_UPDATE", rest)],
  ["CLUSTER_HEARTBEAT", readHeartbeat],
  ["CLUSTER_RESPONSE", readResponse],
  ["CLUSTER_NODE_INFO:", (rest) => readDetailsMessage("CLUSTER_NODE_INFO", rest)],
  ["CLUSTER_DISCOVERY", (rest) => (rest === "" ? { kind: "discovery" } : undefined)],
  ["CLUSTER_EVENT:", readEvent],
  ["RAW:", (rest) => (hexPattern.test(rest) ? { kind: "raw", hex: rest } : undefined)],
  ["SPORE_PROBE:", (rest) => (noncePattern.test(rest) ? { kind: "probe", nonce: rest } : undefined)],
  ["SPORE_PONG:", readPong],
];

/** Spellings that the newest generation may use; compared without case. */
const aliases: readonly (readonly [prefix: string, read: Reader])[] = [
  ["cluster/heartbeat:", (rest) => readHeartbeat(`:${rest}`)],
  ["node/update:", (rest) => readDetailsMessage("NODE_UPDATE", rest)],
  ["cluster/node/update:", (rest) => readDetailsMessage("NODE_UPDATE", rest)],
  ["cluster/event:", readEvent],
  ["cluster/discovery", (rest) => (rest === "" ? { kind: "discovery" } : undefined)],
];

/** Reads one datagram; never throws. Strict in what the protocol fixes, liberal in what nodes add. */
export function readDatagram(datagram: Buffer): ClusterMessage {
  if (datagram.length > datagramMaxBytes)
    return { kind: "malformed", prefix: prefixOf(datagram.toString("latin1", 0, prefixMaxCharacters)) };
  const text = withoutPadding(datagram.toString("utf8"));
  for (const [prefix, read] of readers) {
    if (text.startsWith(prefix)) return read(text.slice(prefix.length)) ?? { kind: "malformed", prefix };
  }
  const start = text.slice(0, prefixMaxCharacters).toLowerCase();
  for (const [prefix, read] of aliases) {
    if (start.startsWith(prefix)) return read(text.slice(prefix.length)) ?? { kind: "malformed", prefix };
  }
  return { kind: "unknown", prefix: prefixOf(text) };
}

const padding = new Set(["\0", "\r", "\n", " "]);

/** Senders pad with NULs and line ends; most do not. Step by step from the end: a pattern would begin anew at each blank of the text. */
function withoutPadding(text: string): string {
  let end = text.length;
  while (end > 0 && padding.has(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function readHeartbeat(rest: string): ClusterMessage | undefined {
  if (rest === "") return { kind: "heartbeat" };
  const hostname = rest.slice(1);
  return rest.startsWith(":") && isHostname(hostname) ? { kind: "heartbeat", hostname } : undefined;
}

function readResponse(rest: string): ClusterMessage | undefined {
  if (rest === "") return { kind: "response" };
  const [empty, hostname = "", address, more] = rest.split(":", 4);
  if (empty !== "" || more !== undefined || !isHostname(hostname)) return undefined;
  if (address === undefined) return { kind: "response", hostname };
  return isIPv4(address) ? { kind: "response", hostname, address } : undefined;
}

/** Everything behind the first colon is JSON, which has colons of its own. */
function readDetailsMessage(form: "CLUSTER_NODE_INFO" | "NODE_UPDATE", rest: string): ClusterMessage | undefined {
  const colon = rest.indexOf(":");
  const hostname = rest.slice(0, Math.max(colon, 0));
  if (!isHostname(hostname)) return undefined;
  const body = parseJson(rest.slice(colon + 1));
  return isJsonObject(body) ? { kind: "details", form, hostname, details: readDetails(body) } : undefined;
}

function readEvent(rest: string): ClusterMessage | undefined {
  const body = parseJson(rest);
  if (!isJsonObject(body) || typeof body.event !== "string" || body.event === "") return undefined;
  const { event, data = "" } = body;
  return { kind: "event", event, data: typeof data === "string" ? data : JSON.stringify(data) };
}

function readPong(rest: string): ClusterMessage | undefined {
  const [nonce = "", hostname = "", more] = rest.split(":", 3);
  if (more !== undefined || !noncePattern.test(nonce) || !isHostname(hostname)) return undefined;
  return { kind: "pong", nonce, hostname };
}

function parseJson(text: string): JsonValue | undefined {
  try {
    const value: JsonValue = JSON.parse(text);
    return value;
  } catch {
    return undefined; // told by the caller as malformed
  }
}

/** What stands before the first colon, fit for a log. */
function prefixOf(text: string): string {
  const start = text.slice(0, prefixMaxCharacters).split(":", 1)[0] ?? "";
  return start.replaceAll(/[^\x21-\x7e]/g, "?");
}

import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";

/** What a node says of itself in a datagram; what it did not say, or said in a way that makes no sense, is undefined. */
export interface DeviceDetails {
  readonly chipId: number | undefined;
  readonly freeHeapBytes: number | undefined;
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly uptimeSeconds: number | undefined;
  readonly bootId: number | undefined;
  readonly version: string | undefined;
  readonly port: number | undefined;
  readonly state: string | undefined;
  readonly receivedBytes: number | undefined;
  readonly configHash: string | undefined;
}

/** A node keeps eight labels; a foreign one may keep more, and a hostile one shall not fill our memory. */
const labelsMax = 64;
const labelKeyMaxCharacters = 128;
const labelValueMaxCharacters = 256;
const wordMaxCharacters = 64;
const hostnamePattern = /^[A-Za-z0-9_-]{1,32}$/;

/** Reads the body of `NODE_UPDATE` and `CLUSTER_NODE_INFO`; the figures may be inside `resources` as well. */
export function readDetails(body: JsonObject): DeviceDetails {
  const nested = isJsonObject(body.resources) ? body.resources : body;
  return {
    chipId: count(body.chipId ?? nested.chipId),
    freeHeapBytes: count(body.freeHeap ?? nested.freeHeap),
    labels: readLabels(body.labels),
    uptimeSeconds: count(body.up),
    bootId: count(body.boot),
    version: word(body.ver),
    port: readPort(body.port),
    state: word(body.st),
    receivedBytes: count(body.rx),
    configHash: word(body.cfg),
  };
}

/** A whole number of at least 0, or nothing. */
export function count(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A short text that can be shown to people, or nothing. */
export function word(value: JsonValue | undefined): string | undefined {
  if (typeof value !== "string" || value === "" || value.length > wordMaxCharacters) return undefined;
  return /^[\x20-\x7e]*$/.test(value) ? value : undefined;
}

/** Whether `text` is a name that a node may have; tables and names of Nodes are keyed by it. */
export function isHostname(text: string): boolean {
  return hostnamePattern.test(text);
}

/** Those labels that are texts, or nothing where there is no object of labels. */
export function readLabels(value: JsonValue | undefined): Readonly<Record<string, string>> | undefined {
  if (!isJsonObject(value)) return undefined;
  if (areLabels(value)) return value;
  const labels = Object.entries(value).filter((entry): entry is [string, string] => isLabel(...entry));
  return Object.fromEntries(labels.slice(0, labelsMax));
}

/** Whether nothing has to be left out, as nearly always: then no copy is made. */
function areLabels(value: JsonObject): value is Readonly<Record<string, string>> {
  let count = 0;
  for (const key in value) if (!isLabel(key, value[key]) || ++count > labelsMax) return false;
  return true;
}

function isLabel(key: string, text: JsonValue | undefined): text is string {
  return typeof text === "string" && key.length <= labelKeyMaxCharacters && text.length <= labelValueMaxCharacters;
}

function readPort(value: JsonValue | undefined): number | undefined {
  const port = count(value);
  return port !== undefined && port > 0 && port <= 65535 ? port : undefined;
}

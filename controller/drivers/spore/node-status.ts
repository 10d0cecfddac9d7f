import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { Identity, Observation, Sighting } from "../driver.ts";
import { count, isHostname, readLabels, word } from "./device-facts.ts";
import { protocolError } from "./node-http.ts";

/** `GET /api/node/status`, read. */
export interface NodeStatus {
  readonly observation: Observation;
  /** Whether the node named itself; upstream nodes give their chip id only, and the name follows from it. */
  readonly named: boolean;
  /** Whether it runs our firmware, which has the key `x`. */
  readonly ours: boolean;
  readonly configHash?: string;
}

const md5Pattern = /^[0-9a-f]{32}$/i;

/** @throws SporeError `SPORE_DEVICE_PROTOCOL` when it is not the status of a SPORE node. */
export function readStatus(body: JsonValue | undefined): NodeStatus {
  if (!isJsonObject(body)) throw protocolError("The status is no JSON object.");
  const chipId = count(body.chipId);
  if (chipId === undefined) throw protocolError("The status names no chip: this is no SPORE node.");
  const own = isJsonObject(body.x) ? body.x : undefined;
  const said = word(own?.hostname);
  const hostname = said !== undefined && isHostname(said) ? said : undefined;
  const configHash = word(own?.cfg);
  const labels = readLabels(body.labels);
  const endpoints = readEndpoints(body.api);
  const freeHeapBytes = count(body.freeHeap);
  return {
    named: hostname !== undefined,
    ours: own !== undefined,
    ...(configHash && { configHash }),
    observation: {
      identity: { hostname: hostname ?? hostnameOfChip(chipId), chipId },
      ...(freeHeapBytes !== undefined && { freeHeapBytes }),
      ...(labels && { labels }),
      ...(endpoints && { endpoints }),
      ...(own && readOwn(own)),
      ...readOta(count(body.flashChipSize), isJsonObject(own?.ota) ? own.ota : {}),
    },
  };
}

/** Whether the node is who it must be. Where it does not say its name, the chip decides. */
export function isWho({ observation: { identity }, named }: NodeStatus, expected: Identity): boolean {
  if (expected.chipId !== undefined && expected.chipId !== identity.chipId) return false;
  if (named) return identity.hostname === expected.hostname;
  return expected.chipId !== undefined || identity.hostname.toLowerCase() === expected.hostname.toLowerCase();
}

/** An answer is a sign of life, and says more than most datagrams. */
export function sightingOfStatus(status: NodeStatus, address: string, port: number): Sighting {
  const { identity, bootId, uptimeMs, state, freeHeapBytes, rssiDbm, labels, firmware } = status.observation;
  return {
    family: "spore",
    address,
    port,
    hostname: identity.hostname,
    ...(identity.chipId !== undefined && { chipId: identity.chipId }),
    ...(labels && { labels }),
    ...(bootId !== undefined && { bootId }),
    ...(uptimeMs !== undefined && { uptimeSeconds: Math.floor(uptimeMs / 1000) }),
    ...(firmware?.version !== undefined && { version: firmware.version }),
    ...(state !== undefined && { state }),
    ...(freeHeapBytes !== undefined && { freeHeapBytes }),
    ...(rssiDbm !== undefined && { rssiDbm }),
    ...(status.configHash !== undefined && { configHash: status.configHash }),
  };
}

/** `[{uri, method}]`, without what is not of that shape; undefined where there is no list. */
export function readEndpoints(list: JsonValue | undefined): Observation["endpoints"] {
  if (!Array.isArray(list)) return undefined;
  return list.flatMap((entry: JsonValue) => {
    const uri = isJsonObject(entry) ? word(entry.uri) : undefined;
    const method = isJsonObject(entry) ? word(entry.method) : undefined;
    return uri !== undefined && method !== undefined ? [{ method, uri }] : [];
  });
}

/** The name upstream nodes give themselves: the last three bytes of the MAC address, which are the chip id. */
function hostnameOfChip(chipId: number): string {
  return `esp_${(chipId % 2 ** 24).toString(16).toUpperCase().padStart(6, "0")}`;
}

function readOwn(own: JsonObject): Partial<Observation> {
  const platform = word(own.platform);
  const bootId = count(own.boot);
  const uptimeMs = count(own.uptimeMs);
  const resetReason = word(own.resetReason);
  const state = word(own.state);
  return {
    ...(platform !== undefined && { platform }),
    ...(bootId !== undefined && { bootId }),
    ...(uptimeMs !== undefined && { uptimeMs }),
    ...(resetReason !== undefined && { resetReason }),
    ...(state !== undefined && { state }),
    ...(typeof own.rssi === "number" && Number.isInteger(own.rssi) && { rssiDbm: own.rssi }),
    ...(typeof own.token === "boolean" && { needsToken: own.token }),
    ...readFirmware(own, isJsonObject(own.ota) ? own.ota : {}),
  };
}

function readFirmware(own: JsonObject, ota: JsonObject): Pick<Observation, "firmware"> {
  const name = word(own.app);
  const version = word(own.version);
  const md5 =
    typeof ota.sketchMD5 === "string" && md5Pattern.test(ota.sketchMD5) ? ota.sketchMD5.toLowerCase() : undefined;
  const sizeBytes = count(ota.sketchSize);
  const firmware = {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(md5 !== undefined && { md5 }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
  return Object.keys(firmware).length > 0 ? { firmware } : {};
}

function readOta(flashBytes: number | undefined, ota: JsonObject): Pick<Observation, "ota"> {
  const freeSketchBytes = count(ota.freeSketchSpace);
  const fsStart = count(ota.fsStart);
  const flashMode = count(ota.flashMode);
  const facts = {
    ...(flashBytes !== undefined && { flashBytes }),
    ...(freeSketchBytes !== undefined && { freeSketchBytes }),
    ...(fsStart !== undefined && { fsStart }),
    ...(flashMode !== undefined && { flashMode }),
    ...(typeof ota.gzip === "boolean" && { gzip: ota.gzip }),
    ...(typeof ota.signed === "boolean" && { signed: ota.signed }),
  };
  return Object.keys(facts).length > 0 ? { ota: facts } : {};
}

import { isSporeError, SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { Capability, Identity, Observation, ObservedConfig, Target } from "../driver.ts";
import { count } from "./device-facts.ts";
import { endpointOf, type NodeHttp, protocolError, type ReadAnswer } from "./node-http.ts";
import { isWho, type NodeStatus, readEndpoints, readStatus } from "./node-status.ts";

/** What reading one node needs. */
export interface Reading {
  readonly http: NodeHttp;
  readonly target: Target;
  readonly answered: (reached: boolean) => void;
  /** What the node's configuration was when it was last read. */
  readonly config?: ObservedConfig | undefined;
  readonly signal: AbortSignal;
}

const mask = "***";
/** Newer nodes have the first, those of mid September 2025 the second. */
const endpointPaths = ["/api/node/endpoints", "/api/node/capabilities"];
const configPath = "/api/node/config";
/** Where a node that does not tell its uptime in its status may tell it all the same, the shorter answer first. */
const uptimeSources = [
  { uri: "/api/monitoring/resources", key: "uptime_ms" },
  { uri: "/api/tasks/status", key: "uptime" },
] as const;

/**
 * Who is there and how it does.
 *
 * @throws SporeError as `Driver.observe`, also when it is somebody else than `target` says.
 */
export async function readNodeStatus(reading: Reading, query = ""): Promise<NodeStatus> {
  const path = `/api/node/status${query}`;
  const { status, body } = await get(reading, path);
  const { target } = reading;
  if (!isSuccess(status)) throw protocolError(`GET ${path} at ${endpointOf(target)}: answered with status ${status}.`);
  const read = readStatus(body);
  expectWho(target, read);
  return read;
}

/** @throws SporeError `SPORE_DEVICE_PROTOCOL` with the cause `IdentityMismatch` when `status` is somebody else's. */
export function expectWho(target: Target, status: NodeStatus): void {
  if (!target.identity || isWho(status, target.identity)) return;
  const message = `${endpointOf(target)} is ${nameOf(status.observation.identity)} and not ${nameOf(target.identity)}.`;
  throw new SporeError("SPORE_DEVICE_PROTOCOL", message, { causes: [{ reason: identityMismatch, message }] });
}

/** The cause by which an answer from the wrong device is told from a garbled one. */
export const identityMismatch = "IdentityMismatch";

function nameOf({ hostname, chipId }: Identity): string {
  return chipId === undefined ? hostname : `${hostname} (chip ${chipId})`;
}

/** The whole observation. What a generation does not have is absent, and not empty. */
export async function readObservation(reading: Reading): Promise<NodeStatus> {
  const status = await readNodeStatus(reading);
  const { observation } = status;
  // A node in safe mode, or that takes an update, serves nothing else; what it then refuses says nothing about what it has.
  if (observation.state === "safe" || observation.state === "ota") return status;
  const endpoints = observation.endpoints ?? (await readEndpointList(reading));
  const config = await readConfig(reading, endpoints, status.configHash);
  const uptimeMs = observation.uptimeMs ?? (await readUptime(reading, endpoints));
  const lacks = endpoints && lackingOf(endpoints);
  return {
    ...status,
    observation: {
      ...observation,
      ...(uptimeMs !== undefined && { uptimeMs }),
      ...(endpoints && { endpoints }),
      ...(lacks && lacks.length > 0 && { lacks }),
      ...(config && { config }),
    },
  };
}

function lackingOf(endpoints: NonNullable<Observation["endpoints"]>): readonly Capability[] {
  return offers(endpoints, "POST", configPath) ? [] : ["Config", "Labels"];
}

/** Undefined where the node does not say, or cannot at the moment: the rest of the observation stands without it. */
async function readUptime(reading: Reading, endpoints: Observation["endpoints"]): Promise<number | undefined> {
  const [, everywhere] = uptimeSources;
  const source = endpoints ? uptimeSources.find(({ uri }) => offers(endpoints, "GET", uri)) : everywhere;
  if (!source) return undefined;
  try {
    const { status, body } = await get(reading, source.uri);
    const system = isSuccess(status) && isJsonObject(body) ? body.system : undefined;
    return isJsonObject(system) ? count(system[source.key]) : undefined;
  } catch (error) {
    if (isSporeError(error, "SPORE_DEVICE_PROTOCOL") || isSporeError(error, "SPORE_UNAVAILABLE")) return undefined;
    throw error;
  }
}

function offers(endpoints: NonNullable<Observation["endpoints"]>, method: string, uri: string): boolean {
  return endpoints.some((endpoint) => endpoint.method === method && endpoint.uri === uri);
}

async function readEndpointList(reading: Reading): Promise<Observation["endpoints"]> {
  for (const path of endpointPaths) {
    const { status, body } = await get(reading, path);
    if (isSuccess(status)) return readEndpoints(isJsonObject(body) ? body.endpoints : body);
  }
  return undefined;
}

async function readConfig(
  reading: Reading,
  endpoints: Observation["endpoints"],
  hash: string | undefined,
): Promise<ObservedConfig | undefined> {
  if (endpoints && !offers(endpoints, "GET", configPath)) return { kind: "notSupported" };
  const { config: known } = reading;
  // The hash covers every key: while it stands, so does what was read under it.
  if (hash !== undefined && known?.kind === "values" && known.hash === hash) return known;
  const { status, body } = await get(reading, configPath);
  if (status === 404) return { kind: "notSupported" };
  if (!isSuccess(status) || !isJsonObject(body)) return undefined;
  const { labels: _labels, ...values } = body;
  return { kind: "values", values, masked: maskedKeys(values), ...(hash !== undefined && { hash }) };
}

function maskedKeys(values: JsonObject): readonly string[] {
  return Object.entries(values)
    .filter(([, value]: [string, JsonValue]) => value === mask)
    .map(([key]) => key);
}

function get({ http, target, answered, signal }: Reading, path: string): Promise<ReadAnswer> {
  return http.get(target, path, answered, signal);
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

import type { JsonObject } from "../../base/json.ts";
import { randomInteger } from "../../base/random.ts";
import { type ApiAnswer, type ApiRequest, refusal } from "./api-request.ts";
import type { Endpoint, NodeContext } from "./endpoint.ts";
import { statusOfAge } from "./members.ts";
import { readConfigWrite } from "./node-config.ts";
import { chipReport } from "./node-report.ts";

/** `/api/network/…`, and the list of members. @param listApi what the node has to offer. */
export function networkEndpoints(listApi: (context: NodeContext) => readonly Endpoint[]): readonly Endpoint[] {
  return [
    { method: "GET", uri: "/api/cluster/members", handle: (context) => listMembers(context, listApi(context)) },
    { method: "GET", uri: "/api/network/status", handle: readNetwork },
    { method: "GET", uri: "/api/network/wifi/scan", handle: readScan },
    {
      method: "POST",
      uri: "/api/network/wifi/scan",
      writes: true,
      handle: () => ({ status: 200, body: { status: "scanning" } }),
    },
    {
      method: "POST",
      uri: "/api/network/wifi/config",
      writes: true,
      parameters: [
        { name: "ssid", location: "body", required: true, type: "string" },
        { name: "password", location: "body", required: true, type: "string" },
      ],
      handle: writeWifi,
    },
  ];
}

/** The node is its own first member. */
function listMembers({ state, nowMs }: NodeContext, api: readonly Endpoint[]): ApiAnswer {
  const uptimeMs = state.uptimeMs(nowMs);
  const self = {
    hostname: state.board.hostname,
    ip: state.board.address,
    lastSeen: uptimeMs,
    latency: 0,
    status: "active",
    resources: chipReport(state),
    // Ours leaves the list to the status: with many members it would not fit into the memory of a chip.
    api: state.profile.ours ? [] : api.map(({ uri, method }) => ({ uri, method })),
    ...(state.profile.labels && { labels: state.labels }),
  };
  const others = state.members.list(nowMs).map(({ hostname, address, lastSeenMs, details }): JsonObject => {
    const { labels, resources, ...flat } = details;
    return {
      hostname,
      ip: address,
      lastSeen: Math.max(0, Math.floor(uptimeMs - (nowMs - lastSeenMs))),
      latency: 0,
      status: statusOfAge(nowMs - lastSeenMs),
      resources: resources ?? flat,
      api: [],
      ...(labels !== undefined && { labels }),
    };
  });
  return { status: 200, body: { members: [self, ...others] } };
}

function readNetwork({ state }: NodeContext): ApiAnswer {
  const { board } = state;
  const wifi = {
    connected: true,
    mode: "STA",
    ssid: state.config.wifi_ssid || "simulated",
    ip: board.address,
    mac: board.mac,
    hostname: board.hostname,
    rssi: randomInteger(state.random, -75, -50),
    channel: 6,
    ap_ip: "0.0.0.0",
  };
  return { status: 200, body: { wifi } };
}

function readScan({ state }: NodeContext): ApiAnswer {
  const point = {
    ssid: state.config.wifi_ssid || "simulated",
    rssi: randomInteger(state.random, -75, -50),
    channel: 6,
    encryption_type: 4,
    hidden: false,
    bssid: "02:00:00:00:00:01",
  };
  return { status: 200, body: { access_points: [point], scanning: false } };
}

function writeWifi({ state, effects }: NodeContext, { parameters }: ApiRequest): ApiAnswer {
  const { ssid, password } = parameters;
  if (typeof ssid !== "string" || ssid === "") return refusal(400, "bad_request", "ssid is missing");
  const write = readConfigWrite({ wifi_ssid: ssid, wifi_password: password ?? "" }, state.presets);
  if (write.kind === "refused") return refusal(400, "bad_request", write.message);
  state.setConfig(write.values);
  effects.restartSoon();
  return {
    status: 200,
    body: { status: "success", message: "saved, restarting", config_saved: true, restarting: true },
  };
}

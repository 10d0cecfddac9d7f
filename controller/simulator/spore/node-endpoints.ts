import type { JsonObject, JsonValue } from "../../base/json.ts";
import { type ApiAnswer, type ApiRequest, refusal } from "./api-request.ts";
import type { Endpoint, NodeContext } from "./endpoint.ts";
import { maskedConfig, readConfigWrite } from "./node-config.ts";
import { readLabelsWrite } from "./node-labels.ts";
import { chipReport, ownReport } from "./node-report.ts";

/** `/api/node/…` but for the update, and the events. @param listApi what the node has to offer. */
export function nodeEndpoints(listApi: (context: NodeContext) => readonly Endpoint[]): readonly Endpoint[] {
  const describe = (context: NodeContext): ApiAnswer => ({
    status: 200,
    body: { endpoints: listApi(context).map(described) },
  });
  return [
    {
      method: "GET",
      uri: "/api/node/status",
      inSafeMode: true,
      parameters: [{ name: "brief", location: "query", required: false, type: "boolean", values: ["0", "1"] }],
      handle: (context, request) => readStatus(context, request, listApi(context)),
    },
    { method: "GET", uri: "/api/node/endpoints", handle: describe },
    { method: "GET", uri: "/api/node/capabilities", handle: describe },
    {
      method: "POST",
      uri: "/api/node/restart",
      writes: true,
      inSafeMode: true,
      parameters: [tokenParameter],
      handle: restart,
    },
    { method: "GET", uri: "/api/node/config", handle: readConfig },
    { method: "POST", uri: "/api/node/config", writes: true, parameters: configParameters, handle: writeConfig },
    { method: "POST", uri: "/api/node/event", writes: true, parameters: eventParameters, handle: fireHere },
    { method: "POST", uri: "/api/cluster/event", writes: true, parameters: eventParameters, handle: fireEverywhere },
  ];
}

const tokenParameter = { name: "token", location: "query", required: false, type: "string" } as const;
const configParameters = [
  { name: "labels", location: "body", required: false, type: "json" },
  { name: "merge", location: "body", required: false, type: "boolean", values: ["0", "1"] },
  tokenParameter,
] as const;
const eventParameters = [
  { name: "event", location: "body", required: true, type: "string" },
  { name: "payload", location: "body", required: false, type: "json" },
] as const;

function readStatus(context: NodeContext, request: ApiRequest, api: readonly Endpoint[]): ApiAnswer {
  const { state, nowMs } = context;
  const brief = state.profile.ours && request.query.get("brief") === "1";
  return {
    status: 200,
    body: {
      ...chipReport(state),
      ...(state.profile.statusListsApi && !brief && { api: api.map(({ uri, method }) => ({ uri, method })) }),
      ...(state.profile.ours && !brief && { labels: state.labels }),
      ...(state.profile.ours && { x: ownReport(state, nowMs) }),
    },
  };
}

function described({ uri, method, parameters = [] }: Endpoint): JsonObject {
  return { uri, method, params: parameters.map((parameter) => ({ ...parameter, default: "" })) };
}

function restart({ effects }: NodeContext): ApiAnswer {
  effects.restartSoon();
  return { status: 200, body: { status: "success", message: "restarting" } };
}

function readConfig({ state }: NodeContext): ApiAnswer {
  return { status: 200, body: { ...maskedConfig(state.config), labels: state.labels } };
}

/** All of the request is taken, or nothing. */
function writeConfig({ state, effects }: NodeContext, { parameters }: ApiRequest): ApiAnswer {
  const { labels, merge, token: _presented, ...values } = parameters;
  const config = readConfigWrite(values, state.presets);
  if (config.kind === "refused") return refusal(400, "bad_request", config.message);
  if (labels !== undefined) {
    const write = readLabelsWrite(labels, state.ownLabels, isTrue(merge));
    if (write.kind === "refused") return refusal(400, "bad_request", write.message);
    state.setLabels(write.labels);
  }
  state.setConfig(config.values);
  effects.announce();
  effects.fire("node/labels", JSON.stringify(state.labels));
  return {
    status: 200,
    body: {
      status: "success",
      labels: state.labels,
      cfg: state.configHash,
      restartRequired: config.restartRequired,
    },
  };
}

function fireHere({ effects }: NodeContext, { parameters }: ApiRequest): ApiAnswer {
  const { event, payload } = parameters;
  if (typeof event !== "string" || event === "") return refusal(400, "bad_request", "event is missing");
  effects.fire(event, textOf(payload));
  return { status: 200, body: { status: "success" } };
}

function fireEverywhere({ effects }: NodeContext, { parameters }: ApiRequest): ApiAnswer {
  const { event, payload } = parameters;
  if (typeof event !== "string" || event === "") return refusal(400, "bad_request", "event is missing");
  if (!effects.broadcastEvent(event, payload ?? ""))
    return refusal(413, "too_large", "the event does not fit into a datagram of 500 bytes");
  effects.fire(event, textOf(payload));
  return { status: 200, body: { status: "success" } };
}

function isTrue(value: JsonValue | undefined): boolean {
  return value === "1" || value === "true" || value === 1 || value === true;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

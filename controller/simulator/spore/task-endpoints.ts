import type { JsonObject } from "../../base/json.ts";
import { type ApiAnswer, type ApiRequest, refusal } from "./api-request.ts";
import type { Endpoint, NodeContext } from "./endpoint.ts";
import { labTasks } from "./lab-endpoints.ts";
import { freeHeapBytes } from "./node-report.ts";
import type { NodeState } from "./node-state.ts";

/** `/api/tasks/…` and `/api/monitoring/resources`. */
export const taskEndpoints: readonly Endpoint[] = [
  { method: "GET", uri: "/api/tasks/status", handle: listTasks },
  {
    method: "POST",
    uri: "/api/tasks/control",
    writes: true,
    parameters: [
      { name: "task", location: "body", required: true, type: "string" },
      {
        name: "action",
        location: "body",
        required: true,
        type: "string",
        values: ["enable", "disable", "start", "stop", "status", "interval"],
      },
      { name: "value", location: "body", required: false, type: "number" },
    ],
    handle: controlTask,
  },
  { method: "GET", uri: "/api/monitoring/resources", handle: readResources },
];

/** Task names, and the configuration key that holds the interval of each. */
const intervalKeys: Readonly<Record<string, string>> = {
  discovery_send: "discovery_interval_ms",
  discovery_listen: "cluster_listen_interval_ms",
  status_update: "status_update_interval_ms",
  heartbeat: "heartbeat_interval_ms",
  member_info: "member_info_interval_ms",
  node_update: "node_update_broadcast_interval_ms",
  print_members: "print_interval_ms",
};

const intervalMinMs = 10;
const intervalMaxMs = 3_600_000;

function listTasks({ state, nowMs }: NodeContext): ApiAnswer {
  const tasks = namesOf(state).map((name) => ({ name, ...detailsOf(state, name), autoStart: true }));
  return {
    status: 200,
    body: {
      summary: { totalTasks: tasks.length, activeTasks: tasks.filter(({ enabled }) => enabled).length },
      tasks,
      system: { freeHeap: freeHeapBytes(state), uptime: state.uptimeMs(nowMs) },
    },
  };
}

function controlTask({ state }: NodeContext, { parameters }: ApiRequest): ApiAnswer {
  const { task, action, value } = parameters;
  if (typeof task !== "string" || !namesOf(state).includes(task))
    return refusal(404, "not_found", `no task "${String(task)}"`);
  switch (action) {
    case "enable":
    case "start":
      state.disabledTasks.delete(task);
      break;
    case "disable":
    case "stop":
      state.disabledTasks.add(task);
      break;
    case "interval": {
      const intervalMs = Number(value);
      if (!Number.isInteger(intervalMs) || intervalMs < intervalMinMs || intervalMs > intervalMaxMs)
        return refusal(400, "bad_request", `value must be ${intervalMinMs} to ${intervalMaxMs} ms`);
      state.taskIntervals.set(intervalKeyOf(state, task), intervalMs);
      break;
    }
    case "status":
      break;
    default:
      return refusal(400, "bad_request", `unknown action "${String(action)}"`);
  }
  const taskDetails: JsonObject = { name: task, ...detailsOf(state, task) };
  return { status: 200, body: { success: true, message: `${action} ${task}`, task, action, taskDetails } };
}

/** Broadcasting updates is a task only where the generation does it. */
function namesOf(state: NodeState): readonly string[] {
  const ownTasks = Object.keys(intervalKeys).filter(
    (name) =>
      (name !== "node_update" || state.profile.updateMs !== undefined) &&
      (name !== "heartbeat" || state.profile.heartbeatMs !== undefined),
  );
  return [...ownTasks, ...Object.keys(labTasks(state))];
}

function detailsOf(state: NodeState, task: string): { enabled: boolean; running: boolean; interval: number } {
  const enabled = !state.disabledTasks.has(task);
  return { enabled, running: enabled, interval: state.setting(intervalKeyOf(state, task)) };
}

function intervalKeyOf(state: NodeState, task: string): string {
  return intervalKeys[task] ?? labTasks(state)[task] ?? task;
}

const totalHeapBytes = 81_920;
const fileSystemBytes = 65_536;
const usedFileBytes = 8192;

function readResources({ state, nowMs }: NodeContext): ApiAnswer {
  const freeHeap = freeHeapBytes(state);
  const uptimeMs = state.uptimeMs(nowMs);
  const seconds = Math.floor(uptimeMs / 1000);
  return {
    status: 200,
    body: {
      memory: {
        free_heap: freeHeap,
        total_heap: totalHeapBytes,
        min_free_heap: 0,
        max_alloc_heap: 0,
        heap_fragmentation: 0,
        heap_usage_percent: Math.round((1000 * (totalHeapBytes - freeHeap)) / totalHeapBytes) / 10,
      },
      filesystem: {
        total_bytes: fileSystemBytes,
        used_bytes: usedFileBytes,
        free_bytes: fileSystemBytes - usedFileBytes,
        usage_percent: (100 * usedFileBytes) / fileSystemBytes,
      },
      system: {
        uptime_ms: uptimeMs,
        uptime_seconds: seconds,
        uptime_formatted: `${Math.floor(seconds / 3600)}h ${Math.floor(seconds / 60) % 60}m ${seconds % 60}s`,
      },
    },
  };
}

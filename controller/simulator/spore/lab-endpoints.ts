import { randomInteger } from "../../base/random.ts";
import type { ApiAnswer } from "./api-request.ts";
import type { Endpoint, NodeContext } from "./endpoint.ts";
import type { NodeState } from "./node-state.ts";

/** What the application `lab-sensor` adds; its statistics came with 1.1.0. */
export function labEndpoints(state: NodeState): readonly Endpoint[] {
  if (!runsLabSensor(state)) return [];
  return hasStatistics(state) ? [readingEndpoint, statisticsEndpoint] : [readingEndpoint];
}

/** Its tasks, with the configuration key of each interval. */
export function labTasks(state: NodeState): Readonly<Record<string, string>> {
  if (!runsLabSensor(state)) return {};
  return hasStatistics(state) ? { ...firstTasks, lab_statistics: "lab_statistics" } : firstTasks;
}

const firstTasks = { lab_sample: "sample_interval_ms", lab_telemetry: "telemetry_interval_ms" } as const;
const readingEndpoint: Endpoint = { method: "GET", uri: "/api/lab/reading", handle: read };
const statisticsEndpoint: Endpoint = { method: "GET", uri: "/api/lab/statistics", handle: readStatistics };

/** Samples that the statistics look at. */
const window = 60;

function runsLabSensor({ profile, image }: NodeState): boolean {
  return profile.ours && image.name === "lab-sensor";
}

function hasStatistics({ image }: NodeState): boolean {
  const [major = 0, minor = 0] = (image.version ?? "").split(".").map(Number);
  return major > 1 || (major === 1 && minor >= 1);
}

function read({ state, nowMs }: NodeContext): ApiAnswer {
  const body = { site: state.config.site ?? "", millivolts: sample(state), samples: samplesOf(state, nowMs) };
  return { status: 200, body };
}

function readStatistics({ state, nowMs }: NodeContext): ApiAnswer {
  const samples = Math.min(window, samplesOf(state, nowMs));
  const [least, mean, most] = [sample(state), sample(state), sample(state)].sort((a, b) => a - b);
  return { status: 200, body: { samples, least: least ?? 0, most: most ?? 0, mean: mean ?? 0 } };
}

function samplesOf(state: NodeState, nowMs: number): number {
  return Math.floor(state.uptimeMs(nowMs) / Math.max(1, state.setting("sample_interval_ms")));
}

function sample(state: NodeState): number {
  return randomInteger(state.random, 400, 600);
}

import type { Clock } from "../../base/clock.ts";
import { isSporeError } from "../../base/errors.ts";
import { type Deadlines, type DeviceRequest, exchange } from "../../wires/device-http.ts";
import type { Action, Outcome, Progress, Target } from "../driver.ts";
import { outcomeOf } from "./answers.ts";
import { requestTo } from "./node-http.ts";
import type { NodeStatus } from "./node-status.ts";
import { identityMismatch } from "./observe.ts";
import { type UploadFrames, uploadDeadlines, uploadRequest } from "./ota.ts";
import { callRequest, configRequest, labelsRequest, restartRequest } from "./write-requests.ts";

/** What carrying out one action needs. The lane of the device is ours meanwhile. */
export interface Performing {
  readonly target: Target;
  readonly action: Action;
  readonly report: Progress;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly frames: UploadFrames;
  /** Reads who is there; rejects when it is somebody else. */
  readonly identify: () => Promise<NodeStatus>;
  readonly answered: (reached: boolean) => void;
}

const writeDeadlines: Deadlines = { connectMs: 5_000, idleMs: 10_000, answerMs: 15_000, totalMs: 30_000 };

/** Carries out one action, once. */
export async function perform(work: Performing): Promise<Outcome> {
  const { action, target, clock, signal, answered } = work;
  if (action.kind === "SetLabels" && Object.keys(action.labels).length + action.remove.length === 0)
    return { kind: "done" };
  if (action.kind === "Call" && !isCallable(action.uri))
    return { kind: "refused", reason: "BadRequest", message: `"${action.uri}" is not a path that a device serves.` };
  let request: Omit<DeviceRequest, "address" | "port">;
  try {
    request = await prepare(work);
  } catch (error) {
    return beforeWriting(error, signal);
  }
  const deadlines = action.kind === "InstallFirmware" ? uploadDeadlines(action.image.length) : writeDeadlines;
  const result = await exchange(requestTo(target, request), deadlines, clock, signal);
  if (result.kind === "answered" || result.why !== "aborted")
    answered(result.kind === "answered" || result.why !== "unreachable");
  return outcomeOf(result);
}

/** Makes sure who is there, and with that the request. */
async function prepare({
  action,
  target,
  report,
  frames,
  identify,
}: Performing): Promise<Omit<DeviceRequest, "address" | "port">> {
  switch (action.kind) {
    case "SetLabels":
      return labelsRequest(action, await identify());
    case "PushConfig":
      return configRequest(action, await identify());
    case "InstallFirmware":
      if (target.identity) await identify();
      return uploadRequest(action, frames.of(action.image), report);
    case "Restart":
      if (target.identity) await identify();
      return restartRequest();
    case "Call":
      if (target.identity) await identify();
      return callRequest(action);
  }
}

/** What kept us from writing: nothing happened, so nothing is unknown. Rethrows what is no device's doing. */
export function beforeWriting(error: unknown, signal: AbortSignal): Outcome {
  if (signal.aborted) return { kind: "failed", reason: "Aborted", message: "The action was called off." };
  if (!isSporeError(error)) throw error;
  const { code, message, details } = error;
  if (details.causes?.[0]?.reason === identityMismatch) return { kind: "refused", reason: identityMismatch, message };
  if (code === "SPORE_DEVICE_UNREACHABLE") return { kind: "failed", reason: "Unreachable", message };
  if (code === "SPORE_DEVICE_PROTOCOL") return { kind: "failed", reason: "DeviceProtocol", message };
  if (code === "SPORE_BAD_REQUEST") return { kind: "refused", reason: "BadRequest", message };
  if (code === "SPORE_UNAVAILABLE") return { kind: "failed", reason: "Busy", message };
  throw error;
}

function isCallable(uri: string): boolean {
  return /^\/[\x21-\x7e]*$/.test(uri);
}

import type { NodeStatusFailedAttempts } from "../../api/node.ts";
import type { JsonValue } from "../../base/json.ts";
import type { Problem } from "../problem.ts";
import type { ConfigDrift } from "./config-drift.ts";
import type { LabelDrift } from "./label-drift.ts";
import { type FirmwareVerdict, isExhausted } from "./operation.ts";
import type { Permission, Refusal } from "./permission.ts";

/** All that decides what happens next to one device. */
export interface Situation {
  /** An operation whose end is not known yet. */
  readonly operationOpen: boolean;
  readonly permission: Permission;
  /** Whether the device can be talked to at all. */
  readonly reachable: boolean;
  /** Something may have changed since the last look, or there was none. */
  readonly mustLook: boolean;
  /** Something was written since the last look. */
  readonly unconfirmed: boolean;
  /** Why it is not known what the device should be. */
  readonly problem?: Problem;
  readonly firmware: FirmwareSituation;
  readonly restart: RestartSituation;
  readonly config: ConfigDrift;
  readonly labels: LabelDrift;
  /** What the device refused, and would refuse again. */
  readonly refused: { readonly config?: Problem; readonly labels?: Problem; readonly restart?: Problem };
  /** Time to wait after an action that failed. */
  readonly retryInMs: number;
}

export type FirmwareSituation =
  | { readonly wanted: false }
  | {
      readonly wanted: true;
      readonly digest: string;
      readonly verdict: FirmwareVerdict;
      /** Who says so; absent when nobody does. `NodeStatus.firmware.source` says what the words mean. */
      readonly evidence?: "Reported" | "Recorded" | "Assumed";
      /** Why the image cannot go to this device. */
      readonly misfit?: Problem;
      readonly attempts?: NodeStatusFailedAttempts;
    };

export type RestartSituation =
  | { readonly kind: "notWanted" | "carriedOut" | "due" }
  | { readonly kind: "later"; readonly inMs: number };

/** The one next step. */
export type Plan =
  | { readonly kind: "observe" }
  | { readonly kind: "install" }
  | { readonly kind: "restart" }
  | {
      readonly kind: "pushConfig";
      readonly values: Readonly<Record<string, JsonValue>>;
      /** Keys that are missing as well and may not be sent. */
      readonly withheld: readonly string[];
    }
  | {
      readonly kind: "setLabels";
      readonly labels: Readonly<Record<string, string>>;
      readonly remove: readonly string[];
    }
  /** Nothing to do until time passes or something changes. */
  | { readonly kind: "wait"; readonly reason: string; readonly message: string; readonly delayMs?: number }
  /** Nothing to do until a person acts. */
  | { readonly kind: "stalled"; readonly reason: string; readonly message: string }
  | { readonly kind: "converged" };

/** Plans that write to the device. */
export const writingPlans: ReadonlySet<Plan["kind"]> = new Set(["install", "restart", "pushConfig", "setLabels"]);

/**
 * The next step towards what the device should be. Looks before it writes; firmware before restart before configuration before labels, since
 * each may depend on the one before; and nothing while an operation is open.
 */
export function planNext(situation: Situation): Plan {
  const { permission, problem } = situation;
  if (situation.operationOpen) return wait("OperationOpen", "An action is under way.");
  if (!situation.reachable) return wait("Unreachable", "The device does not answer.");
  if (situation.mustLook) return { kind: "observe" };
  if (!permission.write) return heldPlan(situation, permission);
  if (!permission.managed) return restartPlan(situation) ?? wait(permission.reason, permission.message);
  if (problem) return problem.remedy === "stalled" ? stalled(problem) : wait(problem.reason, problem.message);
  return (
    firmwarePlan(situation) ??
    restartPlan(situation) ??
    configPlan(situation) ??
    labelPlan(situation) ??
    (situation.unconfirmed ? { kind: "observe" } : leftover(situation))
  );
}

/** A node that is held back and needs nothing is as good as any other. */
function heldPlan(situation: Situation, permission: Refusal): Plan {
  const { held, reason, message } = permission;
  const free = held && planNext({ ...situation, permission: held });
  const nothing = free?.kind === "converged" || (free?.kind === "wait" && free.reason === "Unmanaged");
  return nothing ? free : wait(reason, message);
}

function firmwarePlan({ firmware, retryInMs }: Situation): Plan | undefined {
  if (!firmware.wanted) return undefined;
  const { attempts, digest, misfit, verdict } = firmware;
  if (attempts && isExhausted(attempts, digest)) {
    return stalled({ reason: attempts.reason, message: gaveUp(attempts) });
  }
  if (verdict === "same") return undefined;
  if (misfit) return stalled(misfit);
  return retryInMs > 0 ? backOff(retryInMs) : { kind: "install" };
}

function gaveUp({ reason, count }: NodeStatusFailedAttempts): string {
  const tries = count === 1 ? "once" : `${count} times`;
  return `The image was tried ${tries} and failed (${reason}); it is not tried again until another image is wanted.`;
}

function restartPlan({ restart, refused, retryInMs }: Situation): Plan | undefined {
  switch (restart.kind) {
    case "notWanted":
    case "carriedOut":
    case "later":
      return undefined;
    case "due":
      if (refused.restart) return stalled(refused.restart);
      return retryInMs > 0 ? backOff(retryInMs) : { kind: "restart" };
  }
}

function configPlan({ config, refused, retryInMs }: Situation): Plan | undefined {
  if (config.kind !== "drifted" || isBeyondDevice(refused.config)) return undefined;
  if (refused.config) return stalled(refused.config);
  return retryInMs > 0 ? backOff(retryInMs) : { kind: "pushConfig", values: config.push, withheld: config.withheld };
}

function labelPlan({ labels, refused, retryInMs }: Situation): Plan | undefined {
  if (labels.kind !== "drifted" || isBeyondDevice(refused.labels)) return undefined;
  if (refused.labels) return stalled(refused.labels);
  return retryInMs > 0 ? backOff(retryInMs) : { kind: "setLabels", labels: labels.set, remove: labels.remove };
}

/** The reason of a refusal by a device that has no such endpoint. */
export const notSupported = "NotSupported";

/** What a device has no way to hold is shown on its Node, and holds up nothing. */
function isBeyondDevice(refused: Problem | undefined): boolean {
  return refused?.reason === notSupported;
}

/** What no step of ours can mend. */
function leftover({ config }: Situation): Plan {
  if (config.kind !== "withheld") return { kind: "converged" };
  return stalled({
    reason: "SecretsWithheld",
    message: `The device has no token, so these values from Secrets are kept back: ${config.keys.join(", ")}. Give the device an ota_token, or set spec.secretsInClear on the group.`,
  });
}

function backOff(delayMs: number): Plan {
  return wait("BackOff", "The last action failed; it is tried again soon.", delayMs);
}

function wait(reason: string, message: string, delayMs?: number): Plan {
  return { kind: "wait", reason, message, ...(delayMs !== undefined && { delayMs }) };
}

function stalled({ reason, message }: Pick<Problem, "reason" | "message">): Plan {
  return { kind: "stalled", reason, message };
}

import type { NodeStatusFailedAttempts } from "../../api/node.ts";
import type { JsonValue } from "../../base/json.ts";
import type { Problem } from "../problem.ts";
import { isExhausted } from "./attempts.ts";
import type { ConfigDrift } from "./config-drift.ts";
import type { LabelDrift } from "./label-drift.ts";
import type { FirmwareVerdict } from "./operation.ts";
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
  /** Why it failed. */
  readonly lastFailure?: Pick<Problem, "reason" | "message">;
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
  /** Nothing to do until a person acts; with a delay where nobody will tell us that somebody has. */
  | { readonly kind: "stalled"; readonly reason: string; readonly message: string; readonly delayMs?: number }
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

function firmwarePlan(situation: Situation): Plan | undefined {
  const { firmware } = situation;
  if (!firmware.wanted) return undefined;
  const { attempts, digest, misfit, verdict } = firmware;
  if (attempts && isExhausted(attempts, digest)) {
    return stalled({ reason: attempts.reason, message: gaveUp(attempts) });
  }
  if (verdict === "same") return undefined;
  if (misfit) return stalled(misfit);
  return backOff(situation) ?? { kind: "install" };
}

function gaveUp({ reason, count }: NodeStatusFailedAttempts): string {
  const tries = count === 1 ? "once" : `${count} times`;
  return `The image was tried ${tries} and failed (${reason}); it is not tried again until another image is wanted.`;
}

function restartPlan(situation: Situation): Plan | undefined {
  const { restart, refused } = situation;
  switch (restart.kind) {
    case "notWanted":
    case "carriedOut":
    case "later":
      return undefined;
    case "due":
      if (refused.restart) return stalled(refused.restart);
      return backOff(situation) ?? { kind: "restart" };
  }
}

function configPlan(situation: Situation): Plan | undefined {
  const { config, refused } = situation;
  if (config.kind !== "drifted" || isBeyondDevice(refused.config)) return undefined;
  if (refused.config) return stalled(refused.config);
  return backOff(situation) ?? { kind: "pushConfig", values: config.push, withheld: config.withheld };
}

function labelPlan(situation: Situation): Plan | undefined {
  const { labels, refused } = situation;
  if (labels.kind !== "drifted" || isBeyondDevice(refused.labels)) return undefined;
  if (refused.labels) return stalled(refused.labels);
  return backOff(situation) ?? { kind: "setLabels", labels: labels.set, remove: labels.remove };
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

/** The wait after an action that failed; undefined when it is over. */
function backOff({ retryInMs, lastFailure }: Situation): Plan | undefined {
  if (retryInMs <= 0) return undefined;
  if (lastFailure?.reason === "StaleFence") return { ...stalled(staleFence), delayMs: retryInMs };
  const why = lastFailure ? ` ${lastFailure.reason}: ${lastFailure.message}` : "";
  return wait("BackOff", `The last action failed; it is tried again soon.${why}`, retryInMs);
}

/** A fence is never less than the time in seconds, so a device can be ahead of us only where a clock went back. */
const staleFence = {
  reason: "StaleFence",
  message:
    "The device has taken an order with a later fence than this controller can give, and refuses older ones: another spored commands it, or the clock of this machine was set back. Stop the other one, or set the clock (timedatectl set-ntp true); then it goes on by itself.",
};

function wait(reason: string, message: string, delayMs?: number): Plan {
  return { kind: "wait", reason, message, ...(delayMs !== undefined && { delayMs }) };
}

function stalled({ reason, message }: Pick<Problem, "reason" | "message">): Extract<Plan, { kind: "stalled" }> {
  return { kind: "stalled", reason, message };
}

import type { Verdict } from "../../api/conditions.ts";
import type { Node, NodeStatus, NodeStatusOperation } from "../../api/node.ts";
import type { StatusDraft } from "../../runtime/status-draft.ts";
import type { Problem } from "../problem.ts";
import { answeredReason } from "../reachable.ts";
import type { ConfigDrift } from "./config-drift.ts";
import type { LabelDrift } from "./label-drift.ts";
import { isOpen } from "./operation.ts";
import type { FirmwareSituation, Plan } from "./plan.ts";
import { notSupported, writingPlans } from "./plan.ts";
import { restartedUnasked } from "./situation.ts";

/** Whether the device answers; `heard` while it only talks, `unknown` while this process has not tried. */
export type Reachability = "answered" | "heard" | "silent" | "mute" | "unknown";

/** What a run found out about a node. */
export interface NodeFindings {
  readonly node: Node;
  readonly reachability: Reachability;
  /** What is wrong with its identity. */
  readonly conflict?: string;
  readonly operation?: NodeStatusOperation;
  readonly plan: Plan;
  /** Absent while nobody decides what the device should be, or nobody knows what it is. */
  readonly managed: ManagedFindings | undefined;
  /** New configuration has to prove that the device lives with it. */
  readonly settling: boolean;
}

export interface ManagedFindings {
  readonly firmware: FirmwareSituation;
  readonly config: ConfigDrift;
  readonly labels: LabelDrift;
  readonly refused: { readonly config?: Problem; readonly labels?: Problem };
}

type Judgement = Omit<Verdict, "type">;

/** Writes the node's conditions into the draft. */
export function judgeNode(draft: StatusDraft<NodeStatus>, findings: NodeFindings): void {
  const { node, conflict, managed } = findings;
  const reachable = reachableJudgement(findings.reachability);
  if (reachable) draft.condition({ type: "Reachable", ...reachable });
  draft.condition({ type: "Owned", ...ownedJudgement(node) });
  setOrRemove(draft, "Conflict", conflict === undefined ? undefined : yes("IdentityConflict", conflict));
  setOrRemove(draft, "FirmwareCurrent", managed && firmwareJudgement(managed.firmware));
  setOrRemove(draft, "ConfigCurrent", managed && configJudgement(managed.config, managed.refused.config));
  setOrRemove(draft, "LabelsCurrent", managed && labelsJudgement(managed.labels, managed.refused.labels));
  summary(draft, findings);
}

function setOrRemove(draft: StatusDraft<NodeStatus>, type: string, judgement: Judgement | undefined): void {
  if (judgement) draft.condition({ type, ...judgement });
  else draft.removeCondition(type);
}

function reachableJudgement(reachability: Reachability): Judgement | undefined {
  switch (reachability) {
    case "answered":
      return yes(answeredReason, "The device answers.");
    case "heard":
      return yes("Heard", "The device is heard and has not answered yet.");
    case "silent":
      return no("NoAnswer", "The device is silent and does not answer.");
    case "mute":
      return no("NoAnswer", "The device is heard, but its HTTP API does not answer.");
    case "unknown":
      return undefined;
  }
}

function ownedJudgement({ spec }: Node): Judgement {
  return spec.owner
    ? yes("Owned", `Namespace ${spec.owner.namespace} may write to the device.`)
    : no("Unowned", "Nobody has adopted the device; nothing is written to it.");
}

function firmwareJudgement(firmware: FirmwareSituation): Judgement {
  if (!firmware.wanted) return yes("NotSpecified", "The group asks for no firmware.");
  if (firmware.verdict === "same") return runningJudgement(firmware.evidence);
  const { attempts, digest, misfit } = firmware;
  if (attempts?.digest === digest) return no(attempts.reason, "The last try to install the firmware failed.");
  if (misfit) return no(misfit.reason, misfit.message);
  return firmware.verdict === "unknown"
    ? no("NotReported", "The device does not say what it runs, and SPORE has not installed it.")
    : no("Different", "The device runs other firmware than is asked for.");
}

function runningJudgement(evidence: Extract<FirmwareSituation, { wanted: true }>["evidence"]): Judgement {
  switch (evidence) {
    case "Recorded":
      return yes(
        "Recorded",
        "SPORE installed the firmware that is asked for, and no other restart was seen since; the device does not say what it runs.",
      );
    case "Assumed":
      return unknown(
        restartedUnasked,
        "SPORE installed the firmware that is asked for, but the device restarted since without being asked to, and does not say what it runs. To have it installed again, delete the Node and adopt it anew.",
      );
    default:
      return yes("Current", "The device runs the firmware that is asked for.");
  }
}

function configJudgement(config: ConfigDrift, refused: Problem | undefined): Judgement {
  switch (config.kind) {
    case "notWanted":
      return yes("NotSpecified", "The group asks for no configuration.");
    case "notSupported":
      return unknown(notSupported, "The device cannot hold configuration.");
    case "unknown":
      return unknown("NotReported", "The device does not show its configuration.");
    case "current":
      return config.source === "Reported"
        ? yes("Current", "The device shows the configuration that is asked for.")
        : yes("Recorded", "What the device shows is as asked for; what it hides was pushed and not changed since.");
    case "drifted":
      if (refused?.reason === notSupported) return unknown(notSupported, "The device cannot hold configuration.");
      return refused ? no(refused.reason, refused.message) : no("Different", driftMessage(Object.keys(config.push)));
    case "withheld":
      return no("SecretsWithheld", `Kept back from a device without a token: ${config.keys.join(", ")}.`);
  }
}

function driftMessage(keys: readonly string[]): string {
  return `The device does not hold what is asked for: ${keys.join(", ")}.`;
}

function labelsJudgement(labels: LabelDrift, refused: Problem | undefined): Judgement {
  switch (labels.kind) {
    case "notWanted":
      return yes("NotSpecified", "The group asks for no labels.");
    case "notSupported":
      return unknown(notSupported, "The device cannot hold labels.");
    case "unknown":
      return unknown("NotReported", "The device does not show its labels.");
    case "current":
      return yes("Current", "The device wears the labels that are asked for.");
    case "drifted":
      if (refused?.reason === notSupported) return unknown(notSupported, "The device cannot hold labels.");
      return refused
        ? no(refused.reason, refused.message)
        : no("Different", "The device does not wear the labels that are asked for.");
  }
}

function summary(draft: StatusDraft<NodeStatus>, findings: NodeFindings): void {
  const stall = findings.plan.kind === "stalled" ? findings.plan : undefined;
  const progress = progressOf(findings);
  const ready = readyJudgement(findings, progress);
  draft.condition({ type: "Ready", ...ready });
  draft.condition({
    type: "Stalled",
    ...(stall ? yes(stall.reason, stall.message) : no("NotStalled", "Nothing needs a person.")),
  });
  draft.condition({
    type: "Reconciling",
    ...(progress ? yes(progress.reason, progress.message) : no("Settled", "Nothing is under way.")),
  });
}

function readyJudgement({ plan, reachability, managed }: NodeFindings, progress: Judgement | undefined): Judgement {
  if (reachability === "silent" || reachability === "mute") return no("Unreachable", "The device does not answer.");
  if (reachability === "unknown")
    return unknown("NotSeen", "The device has not been heard since the controller started.");
  if (plan.kind === "stalled") return no(plan.reason, plan.message);
  if (progress) return no(progress.reason, progress.message);
  if (plan.kind === "wait" && plan.reason === "Unmanaged") return yes(plan.reason, plan.message);
  if (plan.kind === "wait") return no(plan.reason, plan.message);
  if (managed?.firmware.wanted && managed.firmware.evidence === "Assumed")
    return yes("Assumed", "Nothing else is known: the device restarted unasked and does not say what it runs.");
  return yes("Converged", "The device is what it should be.");
}

/** What is under way, if anything. */
function progressOf({ operation, plan, settling }: NodeFindings): Judgement | undefined {
  if (isOpen(operation)) return yes(operation.phase, operation.message ?? "An action is under way.");
  if (writingPlans.has(plan.kind))
    return yes(reasonsOfPlans[plan.kind] ?? "Progressing", "The device is being changed.");
  if (plan.kind === "observe") return yes("Observing", "The device is being looked at.");
  if (plan.kind === "wait" && passingWaits.has(plan.reason)) return yes(plan.reason, plan.message);
  return settling && plan.kind === "converged"
    ? yes("Settling", "The device must run with its new configuration for a while.")
    : undefined;
}

/** What a node waits for without anybody's help. */
const passingWaits: ReadonlySet<string> = new Set(["BackOff", "Waiting"]);

const reasonsOfPlans: Partial<Record<Plan["kind"], string>> = {
  install: "Installing",
  restart: "Restarting",
  pushConfig: "PushingConfig",
  setLabels: "SettingLabels",
};

function yes(reason: string, message: string): Judgement {
  return { status: "True", reason, message };
}

function no(reason: string, message: string): Judgement {
  return { status: "False", reason, message };
}

function unknown(reason: string, message: string): Judgement {
  return { status: "Unknown", reason, message };
}

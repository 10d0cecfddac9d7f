import type { NodeStatusOperation } from "../../api/node.ts";
import type { Outcome } from "../../drivers/driver.ts";

/** How an operation that restarts the device is judged; the figures are those of `spore.md` §9.9. */
export const rebootDeadlineMs = 90_000;
/** So long after an action silence means nothing. */
export const rebootSilenceMs = 8_000;
/** So long a device that keeps its boot number and is not in `ota` must be watched before an upload of unknown end counts as not taken. */
export const undecidedMs = 15_000;
/** The longest upload, and then some: a device that says `ota` for longer is stuck. */
export const transferDeadlineMs = 200_000;
/** Further boots of new code, before it ran for long enough, that make a crash loop. One alone may be somebody's hand on the plug. */
export const crashLoopBoots = 2;

/** Whether the firmware on a device is the one wanted. `unknown`: the device does not say enough. */
export type FirmwareVerdict = "same" | "different" | "unknown";

/** What became known since the operation entered its phase. */
export interface Evidence {
  /** Whether this process is carrying the operation out right now. */
  readonly executing: boolean;
  /** What the driver answered, once it has. */
  readonly outcome?: Outcome;
  /** The newest look at the device within the phase; absent when there was none, and when the last try to look got no answer. */
  readonly seen?: Seen;
  /** Whether the device failed to answer within the phase. */
  readonly wasSilent: boolean;
  /** How long this process has known the operation to be in its phase. */
  readonly phaseMs: number;
  /** Whether this process sent the image to its last byte, and only the answer is missing. */
  readonly sentWhole: boolean;
  /** Boots of the device seen since verifying began. */
  readonly boots: number;
  /** How long new code must run before it counts. */
  readonly soakMs: number;
  /** Wall time. */
  readonly nowMs: number;
}

/** What one look at the device showed. */
export interface Seen {
  readonly bootId?: number;
  readonly uptimeMs?: number;
  readonly state?: string;
  readonly verdict: FirmwareVerdict;
}

/** An operation enters another phase. */
export interface PhaseChange {
  readonly phase: NodeStatusOperation["phase"];
  /** A CamelCase word for conditions and events. */
  readonly reason: string;
  readonly message: string;
}

type Phase = NodeStatusOperation["phase"];

/** Whether the operation's end is not known yet. While it is open nothing is written to the device. */
export function isOpen(operation: NodeStatusOperation | undefined): operation is NodeStatusOperation {
  return operation !== undefined && !isEnd(operation.phase);
}

/** Whether an operation in this phase is over. */
export function isEnd(phase: Phase): boolean {
  return phase === "Done" || phase === "Refused" || phase === "Failed";
}

/**
 * The phase that follows from the evidence, or undefined while the operation stays where it is.
 *
 * An upload is never taken for a success because the device said so: it must be seen running the new code, after a boot, for `soakMs`. And
 * an upload whose end nobody saw is never taken for a failure before the device had time to show the opposite.
 */
export function nextPhase(operation: NodeStatusOperation, evidence: Evidence): PhaseChange | undefined {
  switch (operation.phase) {
    case "Transferring":
      return afterTransfer(evidence);
    case "Accepted":
    case "Rebooting":
    case "Unknown":
      return afterSending(operation, evidence);
    case "Verifying":
      return whileVerifying(evidence);
    case "Done":
    case "Refused":
    case "Failed":
      return undefined;
  }
}

/** How long to wait before the device is looked at again, in an open phase. */
export function lookAgainMs(operation: NodeStatusOperation, evidence: Evidence): number {
  if (operation.phase === "Verifying") {
    const ranMs = evidence.seen?.uptimeMs ?? evidence.phaseMs;
    return Math.min(3_000, Math.max(250, evidence.soakMs - ranMs));
  }
  const quietMs = operation.phase === "Unknown" ? 0 : rebootSilenceMs - evidence.phaseMs;
  return Math.max(3_000, Math.min(quietMs, rebootSilenceMs));
}

function afterTransfer({ executing, outcome }: Evidence): PhaseChange | undefined {
  if (outcome) return fromOutcome(outcome);
  if (executing) return undefined;
  return {
    phase: "Unknown",
    reason: "Interrupted",
    message: "The controller stopped during the action; the device is observed before anything else happens.",
  };
}

function fromOutcome(outcome: Outcome): PhaseChange {
  switch (outcome.kind) {
    case "done":
      return { phase: "Accepted", reason: "Accepted", message: "The device took it and will restart." };
    case "refused":
      return { phase: "Refused", reason: outcome.reason, message: outcome.message };
    case "failed":
      return { phase: "Failed", reason: outcome.reason, message: outcome.message };
    case "unknown":
      return { phase: "Unknown", reason: outcome.reason, message: outcome.message };
  }
}

function afterSending(operation: NodeStatusOperation, evidence: Evidence): PhaseChange | undefined {
  const { seen, phaseMs, wasSilent } = evidence;
  if (!seen) {
    if (phaseMs >= rebootDeadlineMs) return failed("RebootTimeout", "The device did not come back after the action.");
    return operation.phase === "Accepted" && wasSilent
      ? { phase: "Rebooting", reason: "Rebooting", message: "The device is restarting." }
      : undefined;
  }
  switch (hasRebooted(operation, seen, evidence.nowMs)) {
    case true:
      return afterReboot(operation, evidence, seen);
    case false:
      return withoutReboot(operation, evidence, seen);
    case undefined:
      return withoutBootNumber(operation, evidence, seen);
  }
}

/** Whether the device booted since the operation began; undefined when it does not say enough. */
export function hasRebooted(operation: NodeStatusOperation, seen: Seen, nowMs: number): boolean | undefined {
  if (operation.bootId !== undefined && seen.bootId !== undefined) return operation.bootId !== seen.bootId;
  if (seen.uptimeMs === undefined) return undefined;
  return nowMs - seen.uptimeMs > Date.parse(operation.startedAt);
}

function afterReboot(operation: NodeStatusOperation, { sentWhole }: Evidence, seen: Seen): PhaseChange {
  if (operation.kind === "Restart") return { phase: "Done", reason: "Restarted", message: "The device has restarted." };
  // An upload that broke off can crash a small board as well; only the board's own word makes such a restart a success.
  if (operation.phase === "Unknown" && seen.verdict === "unknown" && !sentWhole)
    return failed("Interrupted", "The upload was interrupted and the device restarted; it does not say what it runs.");
  return seen.verdict === "different" ? mismatch() : verifying();
}

function withoutReboot(operation: NodeStatusOperation, evidence: Evidence, seen: Seen): PhaseChange | undefined {
  if (operation.phase !== "Unknown") {
    return evidence.phaseMs >= rebootDeadlineMs
      ? failed("RebootTimeout", "The device accepted the action but has not restarted.")
      : undefined;
  }
  const limitMs = seen.state === "ota" ? transferDeadlineMs : undecidedMs;
  return evidence.phaseMs >= limitMs
    ? failed("Interrupted", "The action was interrupted; the device runs on as before.")
    : undefined;
}

/** Devices that report neither boot number nor uptime: what they run may still tell, and silence followed by an answer hints at a restart. */
function withoutBootNumber(operation: NodeStatusOperation, evidence: Evidence, seen: Seen): PhaseChange | undefined {
  const late = evidence.phaseMs >= rebootDeadlineMs;
  if (operation.kind === "InstallFirmware" && seen.verdict === "same") return verifying();
  if (operation.kind === "InstallFirmware" && seen.verdict === "different") return late ? mismatch() : undefined;
  if (operation.phase === "Unknown") {
    return late ? failed("Unverified", "The device does not tell whether the action took effect.") : undefined;
  }
  if (evidence.phaseMs < rebootSilenceMs && !evidence.wasSilent) return undefined;
  return operation.kind === "Restart"
    ? { phase: "Done", reason: "Restarted", message: "The device confirmed the restart and answers again." }
    : verifying();
}

function whileVerifying({ seen, boots, soakMs, phaseMs }: Evidence): PhaseChange | undefined {
  if (seen?.state === "safe" || boots >= crashLoopBoots) {
    return failed("CrashLoop", "The new firmware restarts again and again.");
  }
  if (!seen) {
    return phaseMs >= soakMs + rebootDeadlineMs
      ? failed("RebootTimeout", "The device fell silent after it had started the new firmware.")
      : undefined;
  }
  if (seen.verdict === "different") return mismatch();
  if ((seen.uptimeMs ?? phaseMs) < soakMs) return undefined;
  return seen.verdict === "same"
    ? { phase: "Done", reason: "Installed", message: "The device runs the new firmware." }
    : {
        phase: "Done",
        reason: "Installed",
        message: "The device took the firmware and restarted; it does not report what it runs.",
      };
}

function verifying(): PhaseChange {
  return {
    phase: "Verifying",
    reason: "Verifying",
    message: "The device has restarted; the new firmware must prove that it stays up.",
  };
}

function mismatch(): PhaseChange {
  return failed("VersionMismatch", "The device restarted, but it does not run the firmware that it was sent.");
}

function failed(reason: string, message: string): PhaseChange {
  return { phase: "Failed", reason, message };
}

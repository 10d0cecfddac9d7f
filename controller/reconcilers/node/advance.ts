import type { NodeStatusOperation } from "../../api/node.ts";
import type { Clock } from "../../base/clock.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { Outcome } from "../../drivers/driver.ts";
import { countsAsAttempt, metSomebodyElse, withFailure } from "./attempts.ts";
import { noteFailure } from "./failures.ts";
import { type NodeMemory, type PhaseWatch, phaseWatch } from "./memory.ts";
import { type Evidence, hasRebooted, isEnd, isOpen, nextPhase, type PhaseChange, type Seen } from "./operation.ts";
import { firmwareVerdict } from "./situation.ts";
import type { NodeDependencies, NodeWork } from "./work.ts";

/** Restarts that did not happen, before a person must look. */
const restartAttemptsMax = 3;

/** Reasons for which a transfer ends by our own doing: somebody called it off, or the controller stopped. */
const ourDoing = new Set(["Aborted", "Interrupted"]);

/** What moves an operation in one run. */
export interface Pushes {
  /** Whether the executor is at it right now. */
  readonly executing: boolean;
  readonly outcome: Outcome | undefined;
  readonly soakMs: number;
}

/** Moves the open operation as far as what is known carries it, and draws the consequences of its end. */
export function advanceOperation(dependencies: NodeDependencies, work: NodeWork, pushes: Pushes, clock: Clock): void {
  for (let outcome = pushes.outcome; isOpen(work.operation); outcome = undefined) {
    const evidence = evidenceOf(work, work.operation, { ...pushes, outcome }, clock);
    const change = nextPhase(work.operation, evidence);
    if (!change) return;
    if (mayHaveChanged(work.operation, evidence, change)) work.firmware = undefined;
    enter(dependencies, work, work.operation, change, clock);
    // What was seen before the device could have taken the action says nothing about the phases after it.
    if (change.phase === "Verifying") keepWatch(work.memory, work.operation, clock.monotonic());
  }
}

/** The evidence for the operation's next phase. */
export function evidenceOf(work: NodeWork, operation: NodeStatusOperation, pushes: Pushes, clock: Clock): Evidence {
  const { memory } = work;
  const nowMs = clock.monotonic();
  const watch = phaseWatch(memory, operation, nowMs);
  const seen = seenWithin(work, operation, watch);
  if (operation.phase === "Verifying") countBoots(watch, seen);
  return {
    executing: pushes.executing,
    ...(pushes.outcome && { outcome: pushes.outcome }),
    ...(seen && { seen }),
    wasSilent: watch.wasSilent,
    sentWhole: memory.brokenOff === operation.id,
    phaseMs: nowMs - watch.sinceMs,
    boots: watch.boots,
    soakMs: pushes.soakMs,
    nowMs: clock.now(),
  };
}

/** The last look, if it was answered and the phase had begun by then. */
function seenWithin(work: NodeWork, operation: NodeStatusOperation, watch: PhaseWatch): Seen | undefined {
  const { memory, desired, firmware } = work;
  const { observation, look } = memory;
  if (!observation || look.failures > 0 || (look.seenAtMs ?? -1) < watch.sinceMs) return undefined;
  const wanted = desired.firmware;
  // A device is judged by what was sent to it, also when something else is wanted by now.
  const verdict =
    wanted?.digest === operation.digest && wanted ? firmwareVerdict(wanted, observation, firmware) : "unknown";
  return {
    verdict,
    ...(observation.bootId !== undefined && { bootId: observation.bootId }),
    ...(observation.uptimeMs !== undefined && { uptimeMs: observation.uptimeMs }),
    ...(observation.state !== undefined && { state: observation.state }),
  };
}

function countBoots(watch: PhaseWatch, seen: Seen | undefined): void {
  if (seen?.bootId === undefined || seen.bootId === watch.bootId) return;
  if (watch.bootId !== undefined) watch.boots += 1;
  watch.bootId = seen.bootId;
}

/** Whether the device may run something else from here on than what SPORE remembers to have installed before. */
function mayHaveChanged(operation: NodeStatusOperation, { seen, nowMs }: Evidence, change: PhaseChange): boolean {
  if (operation.kind !== "InstallFirmware") return false;
  if (change.phase === "Accepted" || change.phase === "Verifying") return true;
  const runsOn = seen !== undefined && hasRebooted(operation, seen, nowMs) === false;
  return change.phase === "Failed" && operation.phase === "Unknown" && !runsOn;
}

/** The look that showed the new boot is also the first one of the verification. */
function keepWatch(memory: NodeMemory, operation: NodeStatusOperation | undefined, nowMs: number): void {
  if (!operation) return;
  const sinceMs = Math.min(nowMs, memory.look.seenAtMs ?? nowMs);
  memory.phase = { operationId: operation.id, phase: operation.phase, sinceMs, wasSilent: false, boots: 0 };
}

function enter(
  dependencies: NodeDependencies,
  work: NodeWork,
  operation: NodeStatusOperation,
  change: PhaseChange,
  clock: Clock,
): void {
  if (operation.phase === "Transferring" && !ourDoing.has(change.reason)) work.memory.brokenOff = operation.id;
  const entered: NodeStatusOperation = { ...operation, phase: change.phase, message: change.message };
  work.operation = isEnd(change.phase) ? { ...entered, finishedAt: timestamp(clock.now()) } : entered;
  if (change.phase === "Done") succeed(dependencies, work, operation, change);
  if (change.phase === "Failed" || change.phase === "Refused") fail(dependencies, work, operation, change, clock);
}

function succeed(
  { recorder }: NodeDependencies,
  work: NodeWork,
  operation: NodeStatusOperation,
  { reason, message }: PhaseChange,
): void {
  const { memory, desired, node } = work;
  memory.failures = 0;
  delete memory.lastFailure;
  memory.retryAtMs = 0;
  memory.refused.clear();
  if (operation.kind === "InstallFirmware") {
    work.attempts = undefined;
    const { digest, version } = operation;
    if (digest !== undefined && version !== undefined) work.firmware = { digest, version, source: "Recorded" };
  }
  const asked = desired.restartedAt;
  if (asked !== undefined && Date.parse(operation.startedAt) >= Date.parse(asked)) work.restartedAt = asked;
  const what = operation.version === undefined ? message : `${message} (${operation.version})`;
  recorder.record(node, { type: "Normal", reason, message: what, action: operation.kind });
}

function fail(
  dependencies: NodeDependencies,
  work: NodeWork,
  operation: NodeStatusOperation,
  change: PhaseChange,
  clock: Clock,
): void {
  const { memory, node } = work;
  const { reason, message } = change;
  noteFailure(memory, { reason, message }, clock, dependencies.random);
  memory.mustLook = true;
  if (reason === "Unauthorized" && memory.shownToken !== undefined) memory.refusedTokens.add(memory.shownToken);
  const { digest } = operation;
  const counts = countsAsAttempt(reason) && (reason !== "Interrupted" || memory.brokenOff === operation.id);
  if (digest !== undefined && counts) work.attempts = withFailure(work.attempts, digest, reason);
  const isFinal = change.phase === "Refused" && !metSomebodyElse(reason);
  if (operation.kind === "Restart" && (isFinal || operation.attempt >= restartAttemptsMax)) {
    const problem = { remedy: "stalled", reason, message } as const;
    memory.refused.set("restart", { wish: work.desired.restartedAt ?? "", problem });
  }
  const type = "Warning" as const;
  const failure = operation.kind === "InstallFirmware" ? "InstallFailed" : "RestartFailed";
  dependencies.recorder.record(node, {
    type,
    reason: failure,
    message: `${reason}: ${message}`,
    action: operation.kind,
  });
}

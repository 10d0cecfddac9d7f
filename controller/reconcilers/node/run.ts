import { keyOf, type Resource } from "../../api/meta.ts";
import { Node, type NodeStatus } from "../../api/node.ts";
import { NodeGroup } from "../../api/node-group.ts";
import type { Outcome } from "../../drivers/driver.ts";
import { done, type ReconcileContext, type Result, requeueAfter } from "../../runtime/reconcile.ts";
import { StatusDraft } from "../../runtime/status-draft.ts";
import { mergeStatus } from "../../runtime/status-writer.ts";
import { crashLoopCheckMs } from "../node-group/member-state.ts";
import { actionTarget, pushConfig, restart, setLabels } from "./act.ts";
import { advanceOperation, evidenceOf } from "./advance.ts";
import { assess, conflictOf } from "./assess.ts";
import {
  isExecuting,
  isInstalling,
  isWaiting,
  startInstall,
  stopInstall,
  tellsWaitInMs,
  waitsForTurn,
} from "./install.ts";
import { withVersionLabel } from "./label-drift.ts";
import { lookIfDue } from "./look.ts";
import { nextLook } from "./look-schedule.ts";
import { phaseWatch } from "./memory.ts";
import { isOpen, lookAgainMs } from "./operation.ts";
import { permissionOf } from "./permission.ts";
import { type Plan, planNext, writingPlans } from "./plan.ts";
import { sayOfGroup } from "./say-of-group.ts";
import { attemptsThatCount } from "./situation.ts";
import { type RunEnd, settleStatus, tellOwnership } from "./status.ts";
import type { NodeDependencies, NodeWork } from "./work.ts";

/** What is missing may come without anybody telling this controller. */
const missingPollMs = 5_000;
/** Configuration, labels and the look that confirms both; what needs more gets another run. */
const stepsMax = 4;

interface RunInput {
  /** What the driver answered to the open operation, if it ended since the last run. */
  readonly outcome: Outcome | undefined;
  /** How long this process has listened for devices. */
  readonly listeningMs: number;
}

/** Looks, judges the open operation, plans and carries out, a few times at the most; then says in the status what came out. */
export async function stepOn(
  dependencies: NodeDependencies,
  work: NodeWork,
  { outcome, listeningMs }: RunInput,
  context: ReconcileContext,
): Promise<Result> {
  const { clock } = context;
  let plan: Plan = { kind: "observe" };
  // The outcome comes before the look: nothing seen before it was known says how it went on.
  move(dependencies, work, outcome, context);
  for (let step = 0; step < stepsMax; step++) {
    await lookIfDue(dependencies, work, step === 0 ? isLookDue(work, context) : plan.kind === "observe", context);
    judgeAgain(dependencies, work);
    move(dependencies, work, undefined, context);
    forgiveFailures(work, context);
    plan = planNext(assess(work, clock).situation);
    if (!(await carryOut(dependencies, work, plan, context))) break;
  }
  const end = { assessment: assess(work, clock), plan, listeningMs };
  if (!isExecuting(dependencies, work.node)) {
    if (plan.kind === "install") install(dependencies, work, end, context);
  } else if (plan.kind !== "install" && plan.kind !== "observe") {
    stopInstall(dependencies, work.node, "What was seen of the device meanwhile speaks against it.");
  }
  // An install whose turn is now writes the status itself, together with the operation.
  if (isInstalling(dependencies, work.node) || waitsUntold(dependencies, work, context))
    tellOwnership(dependencies, work);
  else {
    await settleStatus(dependencies, work, end, context);
    if (work.memory.installing) work.memory.installing.isTold = true;
  }
  return comeBack(dependencies, work, plan, context);
}

/** Whether all there is to say is that an upload waits for its turn, and has only just begun to. */
function waitsUntold(dependencies: NodeDependencies, work: NodeWork, { clock }: ReconcileContext): boolean {
  const inMs = tellsWaitInMs(dependencies, work, clock.monotonic());
  return inMs !== undefined && inMs > 0 && work.operation === work.node.status?.operation;
}

/** Whether something asks for a look that the schedule does not know of. */
function isLookDue({ memory, operation }: NodeWork, { clock }: ReconcileContext): boolean {
  if (!isOpen(operation)) return (memory.mustLook || memory.unconfirmed) && memory.look.failures === 0;
  const { lookAtMs, phase } = phaseWatch(memory, operation, clock.monotonic());
  if (lookAtMs === undefined) return phase === "Unknown" || phase === "Verifying";
  return clock.monotonic() >= lookAtMs;
}

/** A look may show that the device is another one, or who it is. */
function judgeAgain({ caches }: NodeDependencies, work: NodeWork): void {
  const seen = { ...work.node, status: { ...work.node.status, ...work.where.identity } };
  work.conflict = conflictOf(seen, work.memory, caches);
  work.permission = permissionOf(work.node, work.desired, work.conflict);
}

function move(
  dependencies: NodeDependencies,
  work: NodeWork,
  outcome: Outcome | undefined,
  { clock }: ReconcileContext,
): void {
  const executing = isExecuting(dependencies, work.node);
  advanceOperation(dependencies, work, { executing, outcome, soakMs: soakMs(work) }, clock);
}

/** How long new code has to run before it counts: as long as the group says, and not longer than a crash loop takes to show. */
function soakMs({ desired }: NodeWork): number {
  const { minReadySeconds } = desired.group?.spec ?? {};
  return minReadySeconds === undefined ? crashLoopCheckMs : Math.min(crashLoopCheckMs, minReadySeconds * 1000);
}

/** Failures are forgiven once the image runs after all, and for long enough. */
function forgiveFailures(work: NodeWork, { clock }: ReconcileContext): void {
  if (!work.attempts) return;
  const { observation } = work.memory;
  const { firmware } = assess(work, clock).situation;
  const runs = firmware.wanted && firmware.verdict === "same" && observation?.state !== "safe";
  const longEnough = (observation?.uptimeMs ?? Number.POSITIVE_INFINITY) >= crashLoopCheckMs;
  work.attempts = attemptsThatCount(work.attempts, work.desired, runs && longEnough && !isOpen(work.operation));
}

/** @returns whether there may be a further step at once. An install waits until the status is written. */
async function carryOut(
  dependencies: NodeDependencies,
  work: NodeWork,
  plan: Plan,
  context: ReconcileContext,
): Promise<boolean> {
  if (plan.kind === "observe") return work.memory.look.failures === 0;
  if (writingPlans.has(plan.kind) && (isOvertaken(dependencies, work) || isExecuting(dependencies, work.node)))
    return false;
  const target = actionTarget(dependencies, work);
  if (!target) return false;
  if (plan.kind === "restart") {
    const outcome = await restart(dependencies, work, target, context);
    if (outcome) move(dependencies, work, outcome, context);
  }
  if (plan.kind === "pushConfig") {
    await pushConfig(dependencies, work, { target, plan }, context);
    work.memory.settlesAtMs = context.clock.monotonic() + soakMs(work);
  }
  if (plan.kind === "setLabels") {
    await rememberLabels(dependencies, work, Object.keys(plan.labels), context);
    const taken = await setLabels(dependencies, work, { target, plan }, context);
    if (taken) work.pushedLabels = work.pushedLabels.filter((key) => !plan.remove.includes(key));
  }
  return plan.kind === "pushConfig" || plan.kind === "setLabels";
}

/** A look takes time, in which somebody may have paused the node or want something else of it. Then the run that this caused decides. */
function isOvertaken({ caches }: NodeDependencies, { node, desired: { group } }: NodeWork): boolean {
  const nodeNow = caches.of(Node).get(keyOf(node));
  const groupNow = group && caches.of(NodeGroup).get(keyOf(group));
  return standing(nodeNow) !== standing(node) || sayOfGroup(groupNow) !== sayOfGroup(group);
}

/** What changes when an object is made anew, gets another spec, or is about to go. */
function standing(object: Resource | undefined): string {
  const { uid, generation, deletionTimestamp } = object?.metadata ?? {};
  return [uid, generation, deletionTimestamp].join(" ");
}

/** Before they are pushed, so that after a crash it is still known whose labels they are. */
async function rememberLabels(
  { client }: NodeDependencies,
  work: NodeWork,
  keys: readonly string[],
  { clock, signal }: ReconcileContext,
): Promise<void> {
  const all = [...new Set([...work.pushedLabels, ...keys])].sort();
  if (all.length === work.pushedLabels.length) return;
  work.pushedLabels = all;
  const draft = new StatusDraft<NodeStatus>(work.node, clock);
  draft.set({ pushedLabels: all });
  await mergeStatus(client, Node, draft, { signal });
}

function install(dependencies: NodeDependencies, work: NodeWork, end: RunEnd, { clock }: ReconcileContext): void {
  // So that they need no write of their own once they are pushed.
  work.pushedLabels = keysToPush(work);
  const target = actionTarget(dependencies, work);
  if (target) startInstall(dependencies, work, { target, end }, clock);
}

/** The keys of labels that are on the device by our doing, or will be when the install is over. */
function keysToPush({ pushedLabels, desired, memory }: NodeWork): readonly string[] {
  if (memory.observation?.lacks?.includes("Labels")) return pushedLabels;
  const labels = withVersionLabel(desired.labels, desired.firmware?.version, memory.observation?.labels);
  return [...new Set([...pushedLabels, ...Object.keys(labels)])].sort();
}

/** When to come back, should nothing wake the node before. */
function comeBack(dependencies: NodeDependencies, work: NodeWork, plan: Plan, { clock }: ReconcileContext): Result {
  const { memory, operation, desired } = work;
  const nowMs = clock.monotonic();
  if (isOpen(operation)) {
    const pushes = { executing: false, outcome: undefined, soakMs: soakMs(work) };
    const inMs = lookAgainMs(operation, evidenceOf(work, operation, pushes, clock));
    phaseWatch(memory, operation, nowMs).lookAtMs = nowMs + inMs;
    return requeueAfter(inMs, `operation ${operation.phase}`);
  }
  if (isExecuting(dependencies, work.node) && !isWaiting(dependencies, work.node)) return done;
  const waits = waitsOf(dependencies, work, nowMs, desired.restartedAt, clock.now());
  // By the plan and not by the time left, which may have run out since the plan was made.
  if ((plan.kind === "wait" || plan.kind === "stalled") && plan.delayMs !== undefined)
    waits.push({ inMs: plan.delayMs, why: plan.message });
  const [soonest] = waits.sort((a, b) => a.inMs - b.inMs);
  return soonest ? requeueAfter(Math.max(soonest.inMs, shortestWaitMs), soonest.why) : done;
}

/** Whatever asks for an earlier run is either an event, or a mistake. */
const shortestWaitMs = 50;

function waitsOf(
  dependencies: NodeDependencies,
  work: NodeWork,
  nowMs: number,
  restartedAt: string | undefined,
  wallMs: number,
): { readonly inMs: number; readonly why: string }[] {
  const { random } = dependencies;
  const { memory, where, desired } = work;
  const image = desired.firmware?.image;
  const missing = desired.problem ?? (image?.ok === false ? image.problem : undefined);
  const restartInMs = restartedAt === undefined ? 0 : Date.parse(restartedAt) - wallMs;
  const tellInMs = tellsWaitInMs(dependencies, work, nowMs);
  return [
    ...(tellInMs === undefined ? [] : [{ inMs: tellInMs, why: waitsForTurn }]),
    ...(where.target ? [nextLook(memory.look, where.device, nowMs, random())] : []),
    ...(memory.settlesAtMs > nowMs ? [{ inMs: memory.settlesAtMs - nowMs, why: "new configuration settles" }] : []),
    ...(missing?.remedy === "waits" ? [{ inMs: missingPollMs, why: missing.message }] : []),
    ...(restartInMs > 0 ? [{ inMs: restartInMs, why: "a restart is asked for later" }] : []),
  ];
}

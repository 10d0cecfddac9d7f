import { isTrue } from "../../api/conditions.ts";
import { keyOf } from "../../api/meta.ts";
import { Node, type NodeStatus } from "../../api/node.ts";
import type { Clock } from "../../base/clock.ts";
import { timestamp } from "../../base/timestamp.ts";
import type { ReconcileContext } from "../../runtime/reconcile.ts";
import { StatusDraft } from "../../runtime/status-draft.ts";
import { mergeStatus, statusChange } from "../../runtime/status-writer.ts";
import { type Assessment, bootOf } from "./assess.ts";
import { judgeNode } from "./conditions.ts";
import { factsOfObservation, factsOfSighting } from "./facts-of-device.ts";
import { defaultPort, phaseOf, reachabilityOf } from "./locate.ts";
import type { Plan } from "./plan.ts";
import type { NodeDependencies, NodeWork } from "./work.ts";

/** What a run came to. */
export interface RunEnd {
  readonly assessment: Assessment;
  readonly plan: Plan;
  /** How long this process has listened for devices. */
  readonly listeningMs: number;
}

/**
 * Puts into the status what the run found out, and writes it if anything differs. When the device was last heard is only worth a write together
 * with another change.
 */
export async function settleStatus(
  dependencies: NodeDependencies,
  work: NodeWork,
  end: RunEnd,
  { clock, signal }: Pick<ReconcileContext, "clock" | "signal">,
): Promise<void> {
  const draft = new StatusDraft<NodeStatus>(work.node, clock);
  describe(draft, work, end, clock);
  // An operation that this run did not move may have been begun by the executor meanwhile.
  if (work.operation !== work.node.status?.operation) draft.set({ operation: work.operation });
  if (!statusChange(work.node.status, draft.status)) return;
  const { device } = work.where;
  if (device) draft.set({ lastSeen: timestamp(heardAt(device.heardAtMs, clock)) });
  tellOwnership(dependencies, work);
  // While the run waited for the device, others wrote too: labels, the group's choice.
  const newest = dependencies.caches.of(Node).get(keyOf(work.node));
  await mergeStatus(dependencies.client, Node, draft, { signal, newest });
}

/** Puts all that is known into a draft, except the operation. */
export function describe(draft: StatusDraft<NodeStatus>, work: NodeWork, end: RunEnd, clock: Clock): void {
  const { memory, where, node } = work;
  draft.observed();
  if (where.device) draft.set(factsOfSighting(where.device, defaultPort));
  if (memory.observation) {
    draft.set(factsOfObservation(memory.observation, bootOf(memory, clock), node.status ?? {}, clock.now()));
    draft.set({ firmware: runningFirmware(work, end.assessment), ...configStatus(work, end.assessment) });
  }
  draft.set({
    phase: phaseOf(where.device, node.status?.phase, end.listeningMs),
    failedAttempts: work.attempts,
    restartedAt: work.restartedAt,
    pushedLabels: work.pushedLabels.length > 0 ? work.pushedLabels : undefined,
  });
  judgeNode(draft, {
    node,
    reachability: reachabilityOf(where, memory.look),
    plan: end.plan,
    managed: end.assessment.managed,
    settling: memory.settlesAtMs > clock.monotonic(),
    ...(work.conflict !== undefined && { conflict: work.conflict }),
    ...(work.operation && { operation: work.operation }),
  });
}

/** What runs on the device: its own word, else what SPORE put there. */
function runningFirmware(work: NodeWork, { situation }: Assessment): NodeStatus["firmware"] {
  const said = work.memory.observation?.firmware;
  const { firmware } = situation;
  const digest = firmware.wanted && firmware.verdict === "same" ? { digest: firmware.digest } : {};
  if (said?.version === undefined && said?.md5 === undefined) return work.firmware;
  const { name, version, md5 } = said;
  return {
    ...(name !== undefined && { name }),
    ...(version !== undefined && { version }),
    ...(md5 !== undefined && { md5 }),
    ...digest,
    source: "Reported",
  };
}

/** Which configuration the device is known to hold; what was last known stays while it drifts, and is needed to tell what hides. */
function configStatus(work: NodeWork, { situation }: Assessment): Pick<NodeStatus, "config"> {
  const { memory, desired } = work;
  const { config } = situation;
  if (config.kind !== "current" || !desired.config || memory.unconfirmed) return {};
  const { observation } = memory;
  const own = observation?.config?.kind === "values" ? observation.config.hash : undefined;
  if (own !== undefined) memory.configBaseline = own;
  return { config: { hash: desired.config.hash, source: config.source } };
}

/** Each change of ownership leaves an Event, whoever brought it about. */
export function tellOwnership({ recorder }: NodeDependencies, { node }: NodeWork): void {
  const before = node.status?.conditions;
  const owner = node.spec.owner?.namespace;
  if (owner !== undefined && !isTrue(before, "Owned")) {
    const message = `Namespace ${owner} owns the device now; its groups may write to it.`;
    recorder.record(node, { type: "Normal", reason: "Adopted", message });
  }
  if (owner === undefined && isTrue(before, "Owned")) {
    recorder.record(node, {
      type: "Normal",
      reason: "Released",
      message: "Nobody owns the device any more; it is only watched.",
    });
  }
}

function heardAt(heardAtMs: number, clock: Clock): number {
  return clock.now() - (clock.monotonic() - heardAtMs);
}

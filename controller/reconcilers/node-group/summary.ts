import { findCondition } from "../../api/conditions.ts";
import type { NodeGroupStatus } from "../../api/node-group.ts";
import type { NodeGroupRevision } from "../../api/node-group-revision.ts";
import type { StatusDraft } from "../../runtime/status-draft.ts";
import type { Problem } from "../problem.ts";
import type { MemberState } from "./member-state.ts";
import type { Membership } from "./members.ts";
import type { RolloutDecision } from "./rollout.ts";

/** What a run found out about a group, as far as it came. */
export interface Findings {
  readonly paused: boolean;
  /** Whether the group adopts by itself. */
  readonly adopts?: boolean;
  readonly membership?: Membership;
  readonly revision?: NodeGroupRevision;
  readonly members?: readonly MemberState[];
  readonly decision?: RolloutDecision;
  readonly problem?: Problem;
}

/** How many names a message lists before it counts the rest. */
const namesMax = 5;

/** Says in the group's status what was found. */
export function summarise(draft: StatusDraft<NodeGroupStatus>, findings: Findings): void {
  const { membership, revision, members } = findings;
  draft.observed();
  if (membership) {
    draft.set({
      nodes: membership.members.length,
      unownedNodes: membership.unowned.length,
      overlaps: membership.overlaps.length > 0 ? membership.overlaps.slice(0, 32) : undefined,
    });
    overlapCondition(draft, membership);
  }
  if (revision) draft.set({ updateRevision: revision.metadata.name, firmware: revision.spec.firmware?.version });
  if (revision && members) draft.set(counts(members, revision.metadata.name));
  if (revision && isConverged(findings)) draft.set({ currentRevision: revision.metadata.name });
  conditions(draft, findings);
}

function counts(members: readonly MemberState[], revision: string) {
  const updated = members.filter((member) => member.revision === revision);
  return {
    updatedNodes: updated.filter(isReady).length,
    readyNodes: members.filter(isReady).length,
    unavailableNodes: members.filter(({ available }) => !available).length,
    failedNodes: updated.filter(({ failed }) => failed).length,
  };
}

function isReady({ revision, available, availableInMs, node }: MemberState): boolean {
  const ready = findCondition(node.status?.conditions, "Ready")?.status === "True";
  return revision !== undefined && ready && (available || availableInMs !== undefined);
}

function isConverged({ members, revision, problem }: Findings): boolean {
  if (problem !== undefined || revision === undefined || members === undefined || members.length === 0) return false;
  return members.every((member) => member.revision === revision.metadata.name && member.available && isReady(member));
}

function overlapCondition(draft: StatusDraft<NodeGroupStatus>, { overlaps }: Membership): void {
  if (overlaps.length === 0) {
    draft.removeCondition("Overlap");
    return;
  }
  const others = overlaps.map(({ group }) => group);
  draft.condition({
    type: "Overlap",
    status: "True",
    reason: "SharedNodes",
    message: `Some nodes also match ${listed(others)}; the higher priority decides, then age.`,
  });
}

function conditions(draft: StatusDraft<NodeGroupStatus>, findings: Findings): void {
  const { reason, message, ready, reconciling, stalled } = verdict(findings);
  draft.condition({ type: "Ready", status: ready ? "True" : "False", reason, message });
  draft.condition({ type: "Reconciling", status: reconciling ? "True" : "False", reason, message });
  draft.condition({ type: "Stalled", status: stalled ? "True" : "False", reason, message });
}

interface GroupVerdict {
  readonly reason: string;
  readonly message: string;
  readonly ready?: boolean;
  readonly reconciling?: boolean;
  readonly stalled?: boolean;
}

function verdict(findings: Findings): GroupVerdict {
  const { problem, decision, members = [], paused } = findings;
  if (problem) return { ...problem, stalled: problem.remedy === "stalled", reconciling: problem.remedy === "waits" };
  if (isEmpty(findings)) return { reason: "NoNodes", message: whyNoNodes(findings) };
  if (isConverged(findings)) return { reason: "Converged", message: converged(findings), ready: true };
  const failed = members.find((member) => decision?.failed.includes(member.name));
  if (failed) return { ...failure(failed, decision?.waiting.length ?? 0), stalled: true };
  if (paused) return { reason: "Paused", message: "The group is paused: nothing new is started on any of its nodes." };
  return { reason: "Progressing", message: progress(findings), reconciling: true };
}

/** A group that has nothing is not what it should be: its nodes may be about to come. */
function isEmpty({ members }: Findings): boolean {
  return members !== undefined && members.length === 0;
}

function whyNoNodes({ membership, adopts }: Findings): string {
  const wild = (membership?.unowned ?? []).map(({ metadata }) => metadata.name);
  const none = "No adopted node matches the selector.";
  if (wild.length === 0) return none;
  return adopts
    ? `${none} Adopted as soon as they answer as themselves: ${listed(wild)}.`
    : `${none} Nobody has adopted ${listed(wild)}: sporectl adopt does.`;
}

function converged({ members = [] }: Findings): string {
  const doubted = members.filter(({ node }) => node.status?.firmware?.source === "Assumed").map(({ name }) => name);
  if (doubted.length === 0) return "Every node is what the group asks for.";
  return `Every node is what the group asks for, as far as can be seen: ${listed(doubted)} restarted unasked and cannot say what runs there.`;
}

function failure({ name, node }: MemberState, waiting: number): { reason: string; message: string } {
  const stalled = findCondition(node.status?.conditions, "Stalled");
  const others = waiting > 0 ? " No other node follows until it is mended or another revision is wanted." : "";
  return { reason: stalled?.reason ?? "NodeFailed", message: `${name}: ${stalled?.message ?? "failed."}${others}` };
}

function progress({ members = [], decision, revision }: Findings): string {
  const blockers = decision?.blockers ?? [];
  if (blockers.length > 0) return `Nodes wait until ${listed(blockers)} can be used again.`;
  const moving = members.filter((member) => member.revision === revision?.metadata.name && !member.available);
  if (moving.length > 0) return `On the way: ${listed(moving.map(({ name }) => name))}.`;
  const paused = members.filter(({ node }) => node.spec.paused).map(({ name }) => name);
  return paused.length > 0 ? `Paused by somebody: ${listed(paused)}.` : "Nodes are being assigned the newest revision.";
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, namesMax).join(", ");
  return names.length > namesMax ? `${shown} and others` : shown;
}

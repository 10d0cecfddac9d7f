import { isTrue } from "../../api/conditions.ts";
import { ConfigMap, Secret } from "../../api/core-kinds.ts";
import { Firmware } from "../../api/firmware.ts";
import { keyOf, keyText } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { NodeGroup, type NodeGroupStatus } from "../../api/node-group.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";
import type { FactsCache } from "../../artifacts/facts-cache.ts";
import { isSporeError } from "../../base/errors.ts";
import type { Client } from "../../client/client.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import type { ControllerSpec } from "../../runtime/controller.ts";
import { done, type ReconcileContext, type Result, requeueAfter } from "../../runtime/reconcile.ts";
import { StatusDraft } from "../../runtime/status-draft.ts";
import { mergeStatus } from "../../runtime/status-writer.ts";
import type { Problem } from "../problem.ts";
import { hasAnswered } from "../reachable.ts";
import { inOrder, type Step } from "../steps.ts";
import { wantedFirmware } from "../wanted-firmware.ts";
import { assignedNodes, patchSpecs } from "./assignment.ts";
import { groupProblem } from "./group-problem.ts";
import { type MemberState, memberState } from "./member-state.ts";
import { type Membership, membershipOf } from "./members.ts";
import { surplusRevisions } from "./revision.ts";
import { decideRollout, type RolloutDecision, unavailableBudget } from "./rollout.ts";
import { ensureRevision, resolveFromCaches, revisionsOf } from "./snapshot.ts";
import { summarise } from "./summary.ts";
import { groupWatches } from "./wake.ts";

export interface NodeGroupDependencies {
  readonly client: Client;
  readonly caches: CacheSource;
  readonly facts: FactsCache;
  /** The namespaces in which groups may adopt by themselves (`--auto-adopt`). */
  readonly autoAdopt: ReadonlySet<string>;
}

/** Keeps a deleted group until no node is assigned to it. */
const groupFinalizer = "spore.dev/assignments";

/** A fleet in motion changes many nodes a second; looking at all of a group's nodes for each of them would cost the square of their number. */
const paceMs = 100;
const paceMsPerNode = 0.5;
/** Others wrote to nodes that we wanted to write to. */
const missedMs = 200;

/** What a run gathers on its way through the steps. */
interface Work {
  readonly group: NodeGroup;
  readonly draft: StatusDraft<NodeGroupStatus>;
  /** Whether it adopts by itself. */
  adopts?: boolean;
  membership?: Membership;
  revision?: NodeGroupRevision;
  members?: readonly MemberState[];
  decision?: RolloutDecision;
  problem?: Problem;
  /** Writes that met a modified node. */
  missed: number;
}

/**
 * Assigns a group's nodes to the newest revision of its template, as many at a time as its strategy allows. Touches objects only; what the
 * assignment means for a device is the Node controller's business.
 */
export function nodeGroupController(dependencies: NodeGroupDependencies): ControllerSpec<NodeGroup> {
  const { caches } = dependencies;
  for (const kind of [ConfigMap, Secret, Firmware, Node, NodeGroupRevision]) caches.of(kind);
  return {
    name: "node-group",
    for: NodeGroup,
    concurrency: 4,
    watches: groupWatches(caches),
    reconcile: reconcileNodeGroup(dependencies),
  };
}

function reconcileNodeGroup(dependencies: NodeGroupDependencies) {
  const { client, caches } = dependencies;
  const steps = [holdOn, refuseNonsense, claimMembers, snapshotRevision, admitNodes, trimHistory].map((step) =>
    step(dependencies),
  );
  const nextRunMs = new Map<string, number>();
  return async (key: { readonly namespace?: string; readonly name: string }, context: ReconcileContext) => {
    const id = keyText(key);
    const group = caches.of(NodeGroup).get(key);
    if (!group) {
      nextRunMs.delete(id);
      return done;
    }
    const nowMs = context.clock.monotonic();
    const restMs = (nextRunMs.get(id) ?? nowMs) - nowMs;
    if (restMs > 0) return requeueAfter(restMs, "looked a moment ago");
    nextRunMs.set(id, nowMs + paceMs + paceMsPerNode * (group.status?.nodes ?? 0));
    if (group.metadata.deletionTimestamp !== undefined) return await letGo(dependencies, group, context);
    const work: Work = { group, draft: new StatusDraft<NodeGroupStatus>(group, context.clock), missed: 0 };
    const result = await inOrder(steps, work, context);
    summarise(work.draft, { ...work, paused: group.spec.paused });
    await mergeStatus(client, NodeGroup, work.draft, { signal: context.signal });
    return work.missed > 0 ? requeueAfter(missedMs, "nodes were modified meanwhile") : result;
  };
}

type StepOf = (dependencies: NodeGroupDependencies) => Step<Work>;

/** A group that goes leaves its boards as they are, and belonging to nobody's group. */
async function letGo(
  { client, caches }: NodeGroupDependencies,
  group: NodeGroup,
  { signal }: ReconcileContext,
): Promise<Result> {
  const { finalizers = [], resourceVersion = "" } = group.metadata;
  if (!finalizers.includes(groupFinalizer)) return done;
  const missed = await patchSpecs(client, assignedNodes(caches.of(Node), group), { assignment: null }, signal);
  if (missed > 0) return requeueAfter(missedMs, "nodes were modified meanwhile");
  const rest = finalizers.filter((finalizer) => finalizer !== groupFinalizer);
  const body = { metadata: { resourceVersion, finalizers: rest } };
  await client.patch(NodeGroup, keyOf(group), { type: "merge", body }, { signal });
  return done;
}

const holdOn: StepOf =
  ({ client }) =>
  async ({ group }, { signal }) => {
    const { finalizers = [], resourceVersion = "" } = group.metadata;
    if (finalizers.includes(groupFinalizer)) return "next";
    const body = { metadata: { resourceVersion, finalizers: [...finalizers, groupFinalizer] } };
    await client.patch(NodeGroup, keyOf(group), { type: "merge", body }, { signal });
    return "next";
  };

/** A group that makes no sense decides nothing; its nodes keep the assignment they have. */
const refuseNonsense: StepOf = () => async (work) => {
  const problem = groupProblem(work.group);
  if (!problem) return "next";
  work.problem = problem;
  return done;
};

/** Nodes that it may adopt count as owned from here on; they get their owner together with their assignment, in one write. */
const claimMembers: StepOf =
  ({ client, caches, autoAdopt }) =>
  async (work, { signal }) => {
    const { group } = work;
    const { namespace = "" } = group.metadata;
    work.adopts = group.spec.adoption === "Automatic" && autoAdopt.has(namespace) && !group.spec.paused;
    const matching = caches.of(Node).select(group.spec.selector);
    const candidates = work.adopts ? matching.map((node) => adopted(node, namespace)) : matching;
    work.membership = membershipOf(group, caches.of(NodeGroup).list(group.metadata.namespace), candidates);
    const kept = new Set(work.membership.members.map(({ metadata }) => metadata.name));
    const gone = assignedNodes(caches.of(Node), group).filter(({ metadata }) => !kept.has(metadata.name));
    work.missed += await patchSpecs(client, gone, { assignment: null }, signal);
    return "next";
  };

/** A stray as it will be. One that only a datagram speaks of, or whose identity is in doubt, goes on belonging to nobody. */
function adopted(node: Node, namespace: string): Node {
  if (node.spec.owner || !hasAnswered(node) || isTrue(node.status?.conditions, "Conflict")) return node;
  return { ...node, spec: { ...node.spec, owner: { namespace } } };
}

const snapshotRevision: StepOf =
  ({ client, caches }) =>
  async (work, { signal }) => {
    const template = resolveFromCaches(caches, work.group);
    const revision = template.ok ? await ensureRevision(client, caches, work.group, template.value, signal) : template;
    if (revision.ok) {
      work.revision = revision.value;
      return "next";
    }
    work.problem = revision.problem;
    return revision.problem.reason === "RevisionLeaving" ? requeueAfter(1_000, revision.problem.message) : done;
  };

const admitNodes: StepOf = (dependencies) => async (work, context) => {
  const { group, membership, revision } = work;
  if (!membership || !revision) return done;
  const firmware = await wantedFirmware(dependencies.facts, revision);
  const yardstick = { group, revision, nowMs: context.clock.now(), ...(firmware && { firmware }) };
  const members = membership.members.map((node) => memberState(node, yardstick));
  const budget = unavailableBudget(group.spec.strategy.maxUnavailable, members.length);
  if (!budget.ok) return done;
  const { name } = revision.metadata;
  // A paused node takes part when somebody lets it go on; until then it neither moves nor holds up the others.
  const movable = members.filter(({ node, revision: assigned }) => !node.spec.paused || assigned === name);
  const decision = decideRollout(movable, name, budget.value, group.spec.paused);
  work.members = members;
  work.decision = decision;
  const ours = keyText(keyOf(group));
  const turn = new Set(decision.admit);
  const admitted = members.filter((member) => turn.has(member.name)).map(({ node }) => node);
  // Whose turn has not come is claimed all the same, so that everybody sees where it belongs.
  const claimed = membership.members.filter(
    ({ metadata, spec }) => !turn.has(metadata.name) && spec.assignment?.group !== ours,
  );
  const { namespace = "" } = group.metadata;
  const spec = (assigned: string | null) => ({ owner: { namespace }, assignment: { group: ours, revision: assigned } });
  work.missed += await patchSpecs(dependencies.client, admitted, spec(name), context.signal);
  work.missed += await patchSpecs(dependencies.client, claimed, spec(null), context.signal);
  return "next";
};

/** Deletes the oldest revisions over the limit. The order matters: whatever a node is assigned to counts as in use. */
const trimHistory: StepOf =
  ({ client, caches }) =>
  async (work, { signal }) => {
    const { group, revision } = work;
    const assigned = assignedNodes(caches.of(Node), group).map(({ spec }) => spec.assignment?.revision ?? "");
    const inUse = new Set([...assigned, revision?.metadata.name ?? "", group.status?.currentRevision ?? ""]);
    for (const surplus of surplusRevisions(revisionsOf(caches, group), inUse, group.spec.revisionHistoryLimit)) {
      const { uid = "" } = surplus.metadata;
      await client.delete(NodeGroupRevision, keyOf(surplus), { signal, preconditions: { uid } }).catch(ignoreGone);
    }
    const waits = (work.members ?? []).map(({ availableInMs = 0 }) => availableInMs).filter((ms) => ms > 0);
    if (waits.length === 0) return done;
    return requeueAfter(Math.min(...waits), "nodes must run the new code for longer");
  };

function ignoreGone(error: unknown): void {
  if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error;
}

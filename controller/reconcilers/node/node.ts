import { Secret } from "../../api/core-kinds.ts";
import { type Key, keyOf, keyText, parseKey } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { NodeGroup } from "../../api/node-group.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";
import { SporeError } from "../../base/errors.ts";
import type { Outcome } from "../../drivers/driver.ts";
import type { Cache, Change } from "../../runtime/cache.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import type { ControllerSpec } from "../../runtime/controller.ts";
import { type Source, settled, watch } from "../../runtime/enqueue.ts";
import { desireChanged } from "../../runtime/predicate.ts";
import { done, type Reconcile, type ReconcileContext, type Result, requeueAfter } from "../../runtime/reconcile.ts";
import { revisionsOfSecret } from "../node-group/config-secret.ts";
import { conflictOf } from "./assess.ts";
import { desiredOf, wouldSelect } from "./desired.ts";
import { noteFailure } from "./failures.ts";
import { isExecuting, isWaiting, stopInstall, tellsWaitInMs, waitsForTurn } from "./install.ts";
import { identityOf, locate } from "./locate.ts";
import { hasNews } from "./look-schedule.ts";
import { NodeMemories, type NodeMemory } from "./memory.ts";
import { permissionOf } from "./permission.ts";
import { stepOn } from "./run.ts";
import { sayOfGroup } from "./say-of-group.ts";
import { attemptsThatCount } from "./situation.ts";
import { Strangers } from "./strangers.ts";
import { type NodeDependencies, type NodeWork, nodesByHostname, nodesByNameClaim } from "./work.ts";

/** Runs wait for sockets most of the time. */
const concurrency = 128;
/** A board that comes up says several things in a row, and answers HTTP a moment later: one look is enough for all of it. */
const settleMs = 500;

/**
 * Makes one device what its Node says it should be. The only caller of `driver.perform`: one intent, one fence, one step at a time for each
 * device. Installs run in the executor; everything else within the run.
 */
export function nodeController(dependencies: NodeDependencies): ControllerSpec<Node> {
  const { caches, executor, clock } = dependencies;
  const nodes = caches.of(Node);
  caches.of(Secret);
  caches.of(NodeGroupRevision);
  return {
    name: "node",
    for: Node,
    concurrency,
    when: desireChanged,
    watches: [
      watch(NodeGroup, (group) => nodesOf(nodes, group), saysOtherwise),
      watch(Secret, (secret) => nodesOfConfig(caches, secret)),
      watch(Node, (node) => rivalsOf(caches, node), claimsAnotherName),
    ],
    sources: [settled(soundings(dependencies), settleMs, clock), executor.ended],
    reconcile: reconcileNode(dependencies),
  };
}

/** The nodes that a group decides about, and those that wait for it to do so. */
function nodesOf(nodes: Cache<Node>, group: NodeGroup): readonly Key[] {
  const assigned = nodes.index(groupsOf).get(keyText(keyOf(group)));
  const waiting = nodes.index(unassignedOf).get(group.metadata.namespace ?? "");
  return [...assigned, ...waiting.filter((node) => wouldSelect(group, node))].map(keyOf);
}

function saysOtherwise({ object, old }: Change<NodeGroup>): boolean {
  return sayOfGroup(object) !== sayOfGroup(old);
}

/** The nodes whose configuration the Secret holds. */
function nodesOfConfig(caches: CacheSource, secret: Secret): readonly Key[] {
  const nodes = caches.of(Node).index(revisionsOf);
  return revisionsOfSecret(caches, secret).flatMap((revision) => nodes.get(keyText(keyOf(revision))).map(keyOf));
}

function revisionsOf({ spec: { assignment } }: Node): readonly string[] {
  if (assignment?.group === undefined || assignment.revision === undefined) return [];
  const { namespace = "" } = parseKey(assignment.group);
  return [keyText({ namespace, name: assignment.revision })];
}

/** The namespace of an owned node that no group has taken yet. */
function unassignedOf({ spec: { owner, assignment } }: Node): readonly string[] {
  return owner === undefined || assignment?.group !== undefined ? [] : [owner.namespace];
}

/** The nodes whose devices claim the same name; it is a conflict of all of them. */
function rivalsOf(caches: CacheSource, node: Node): readonly Key[] {
  const hostname = identityOf(node)?.hostname;
  return hostname === undefined ? [] : nodesByNameClaim(caches, hostname).map(keyOf);
}

function claimsAnotherName({ object, old }: Change<Node>): boolean {
  const claim = (node: Node | undefined) => JSON.stringify(node && identityOf(node));
  return claim(object) !== claim(old);
}

function groupsOf({ spec }: Node): readonly string[] {
  return spec.assignment?.group === undefined ? [] : [spec.assignment.group];
}

/** Wakes the node of a device that says something new, falls silent or comes back. */
function soundings({ caches, sightings }: NodeDependencies): Source {
  return (wake) =>
    sightings.onChange(({ device }) => {
      for (const node of nodesByHostname(caches, device.hostname)) wake(keyOf(node));
    });
}

function reconcileNode(dependencies: NodeDependencies): Reconcile {
  const memories = new NodeMemories();
  const strangers = new Strangers();
  let startedAtMs: number | undefined;
  return async (key, context) => {
    const nowMs = context.clock.monotonic();
    startedAtMs ??= nowMs;
    const node = dependencies.caches.of(Node).get(key);
    if (!node || node.metadata.deletionTimestamp !== undefined) return letGo(dependencies, memories, key, node);
    const listeningMs = nowMs - startedAtMs;
    const memory = memories.of(node.metadata.name, node.metadata.uid ?? "");
    return await strangers.admit(node, memory, async () => {
      const work = await prepare(dependencies, memory, node);
      const outcome = collect(dependencies, work, context);
      if (isExecuting(dependencies, node) && !attend(dependencies, work, nowMs))
        return untilWaitIsTold(dependencies, work, nowMs);
      return await stepOn(dependencies, work, { outcome, listeningMs }, context);
    });
  };
}

/** A deleted node's device is left as it is; only an upload that is not complete is stopped. */
function letGo(dependencies: NodeDependencies, memories: NodeMemories, key: Key, node: Node | undefined): Result {
  const { executor } = dependencies;
  if (executor.status(key)) executor.abort(key, new SporeError("SPORE_CONFLICT", "The Node was deleted."));
  executor.collect(key);
  if (!node) memories.forget(key.name);
  return done;
}

async function prepare(
  { caches, sightings, drivers, facts }: NodeDependencies,
  memory: NodeMemory,
  node: Node,
): Promise<NodeWork> {
  const desired = await desiredOf(node, caches, facts);
  const conflict = conflictOf(node, memory, caches);
  const { operation, failedAttempts, firmware, pushedLabels = [], restartedAt } = node.status ?? {};
  return {
    node,
    driver: drivers.of(node.spec.family),
    memory,
    desired,
    conflict,
    permission: permissionOf(node, desired, conflict),
    where: locate(node, sightings),
    operation,
    attempts: attemptsThatCount(failedAttempts, desired, false),
    firmware: firmware?.source === "Reported" ? undefined : firmware,
    pushedLabels,
    restartedAt,
  };
}

/** What an install that ended in the executor came to; undefined when none did. */
function collect(
  { executor, random }: NodeDependencies,
  { node, memory, operation }: NodeWork,
  { clock, log }: ReconcileContext,
): Outcome | undefined {
  const end = executor.collect(keyOf(node));
  if (!end) return undefined;
  delete memory.installing;
  if (end.kind === "failed") {
    const message = end.error instanceof Error ? end.error.message : String(end.error);
    noteFailure(memory, { reason: "NotStarted", message }, clock, random);
    log.warn({ err: end.error }, "an install ended before the device could answer");
    return undefined;
  }
  return end.result.kind === "ended" && end.result.operationId === operation?.id ? end.result.outcome : undefined;
}

/**
 * While an install runs only one question is open: whether it is still wanted. Nothing is asked of a device that takes an upload.
 *
 * @returns whether a run is worth while all the same: its turn has not come, and the status should say so, or it fell silent or says
 *   something new.
 */
function attend(dependencies: NodeDependencies, work: NodeWork, nowMs: number): boolean {
  const { node, where, memory } = work;
  const why = whyUnwanted(work);
  if (why !== undefined) stopInstall(dependencies, node, why);
  if (!isWaiting(dependencies, node)) return false;
  const isToTell = tellsWaitInMs(dependencies, work, nowMs) === 0;
  return isToTell || where.device?.phase !== "Active" || hasNews(memory.look, where.device);
}

function untilWaitIsTold(dependencies: NodeDependencies, work: NodeWork, nowMs: number): Result {
  const inMs = tellsWaitInMs(dependencies, work, nowMs);
  return inMs === undefined ? done : requeueAfter(inMs, waitsForTurn);
}

/** Why the install that the executor has should stop; undefined when it should go on. A paused group starts nothing new, but what was begun goes on. */
function whyUnwanted({ permission, desired, memory, where }: NodeWork): string | undefined {
  const { digest, address, port } = memory.installing ?? {};
  if (!permission.write) return permission.reason === "GroupPaused" ? undefined : permission.message;
  if (!permission.managed) return "No group decides about the device any more.";
  if (desired.firmware?.digest !== digest) return "Other firmware is wanted by now.";
  const isThere = where.target === undefined || (where.target.address === address && where.target.port === port);
  return isThere ? undefined : "The device is at another address by now.";
}

import type { Node } from "../../api/node.ts";
import type { Clock } from "../../base/clock.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import type { Problem } from "../problem.ts";
import { wishOf } from "./act.ts";
import type { ManagedFindings } from "./conditions.ts";
import type { ConfigDrift } from "./config-drift.ts";
import type { LabelDrift } from "./label-drift.ts";
import { identityOf, isSameIdentity, reachabilityOf } from "./locate.ts";
import type { NodeMemory, Refusable } from "./memory.ts";
import { isOpen } from "./operation.ts";
import type { FirmwareSituation, Situation } from "./plan.ts";
import {
  bootedAtMs,
  configSituation,
  desiredLabels,
  firmwareSituation,
  labelSituation,
  restartSituation,
} from "./situation.ts";
import { type NodeWork, nodesByNameClaim } from "./work.ts";

/** The situation that the plan is made from, and what the conditions say about it. */
export interface Assessment {
  readonly situation: Situation;
  readonly managed: ManagedFindings | undefined;
}

/** Judges what is known by what is wanted. */
export function assess(work: NodeWork, clock: Clock): Assessment {
  const { memory, desired, permission, where } = work;
  const nowMs = clock.monotonic();
  const reachability = reachabilityOf(where, memory.look);
  const drifts = driftsOf(work);
  const refused = refusalsOf(work, drifts);
  const situation: Situation = {
    operationOpen: isOpen(work.operation),
    permission,
    reachable: where.target !== undefined && reachability !== "silent" && reachability !== "mute",
    mustLook: memory.mustLook || memory.observation === undefined,
    unconfirmed: memory.unconfirmed,
    ...(desired.problem && { problem: desired.problem }),
    ...drifts,
    restart: restartSituation(desired, work.restartedAt, bootOf(memory, clock), clock.now()),
    refused,
    retryInMs: Math.max(0, memory.retryAtMs - nowMs),
    ...(memory.lastFailure && { lastFailure: memory.lastFailure }),
  };
  const known = memory.observation !== undefined && !desired.problem && desired.group !== undefined;
  const managed = known && isManaged(work.node) ? { ...drifts, refused } : undefined;
  return { situation, managed };
}

/** When the device booted, in wall time, by the last look. */
export function bootOf({ observation, look }: NodeMemory, clock: Clock): number | undefined {
  if (!observation) return undefined;
  const seenAgoMs = clock.monotonic() - (look.seenAtMs ?? clock.monotonic());
  return bootedAtMs(observation, clock.now() - seenAgoMs);
}

/** What is wrong with a node's identity; undefined when nothing is. */
export function conflictOf(node: Node, memory: NodeMemory, caches: CacheSource): string | undefined {
  if (memory.impostor !== undefined) return memory.impostor;
  const identity = identityOf(node);
  if (!identity) return undefined;
  const others = nodesByNameClaim(caches, identity.hostname).filter(
    ({ metadata }) => metadata.uid !== node.metadata.uid,
  );
  const twin = others.find((other) => isSameIdentity(identity, identityOf(other) ?? identity));
  if (twin) return `Node ${twin.metadata.name} is the same device; delete one of them.`;
  const [namesake] = others;
  return (
    namesake &&
    `Node ${namesake.metadata.name} is another device that claims the same name; give one of them another hostname.`
  );
}

function isManaged({ spec }: Node): boolean {
  return spec.owner !== undefined && spec.assignment?.revision !== undefined;
}

interface Drifts {
  readonly firmware: FirmwareSituation;
  readonly config: ConfigDrift;
  readonly labels: LabelDrift;
}

function driftsOf(work: NodeWork): Drifts {
  const { memory, desired, node, attempts } = work;
  const { observation } = memory;
  if (!observation || !desired.group) {
    return { firmware: { wanted: false }, config: { kind: "notWanted" }, labels: { kind: "notWanted" } };
  }
  const status = { ...node.status, ...(work.firmware && { firmware: work.firmware }) };
  const firmware = firmwareSituation(desired, observation, status, attempts);
  const recordedHash = memory.pushedConfigHash ?? node.status?.config?.hash;
  const config = configSituation(desired, observation, {
    ...(recordedHash !== undefined && { recordedHash }),
    ...(memory.configBaseline !== undefined && { baselineHash: memory.configBaseline }),
  });
  const wanted = desiredLabels(desired, firmware, observation);
  return { firmware, config, labels: labelSituation(wanted, observation, work.pushedLabels) };
}

function refusalsOf({ memory, desired }: NodeWork, { config, labels }: Drifts): Situation["refused"] {
  const matching = (refusable: Refusable, wish: string): Problem | undefined => {
    const known = memory.refused.get(refusable);
    return known?.wish === wish ? known.problem : undefined;
  };
  const refusedConfig = config.kind === "drifted" ? matching("config", wishOf(config.push)) : undefined;
  const labelWish = labels.kind === "drifted" ? wishOf({ labels: { ...labels.set }, remove: labels.remove }) : "";
  const refusedLabels = matching("labels", labelWish);
  const refusedRestart = matching("restart", desired.restartedAt ?? "");
  return {
    ...(refusedConfig && { config: refusedConfig }),
    ...(refusedLabels && { labels: refusedLabels }),
    ...(refusedRestart && { restart: refusedRestart }),
  };
}

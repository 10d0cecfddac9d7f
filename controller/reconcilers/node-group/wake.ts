import { findCondition } from "../../api/conditions.ts";
import { ConfigMap, Secret } from "../../api/core-kinds.ts";
import { Firmware } from "../../api/firmware.ts";
import { type Key, keyOf, parseKey } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { NodeGroup } from "../../api/node-group.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";
import { matchesSelector } from "../../api/selector.ts";
import type { Change } from "../../runtime/cache.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import { type Watch, watch, watchOwned } from "../../runtime/enqueue.ts";
import { desireChanged } from "../../runtime/predicate.ts";
import { revisionsOfSecret } from "./config-secret.ts";

/** What besides its own spec makes a group look again. */
export function groupWatches(caches: CacheSource): readonly Watch[] {
  const groups = () => caches.of(NodeGroup);
  const keysOf = (found: readonly NodeGroup[]): readonly Key[] => found.map(keyOf);
  const inNamespace = (namespace: string | undefined) => groups().list(namespace);
  return [
    watch(Node, (node) => groupsOfNode(node, groups().list()), concernsGroups),
    watch(NodeGroup, (group) => keysOf(inNamespace(group.metadata.namespace)), desireChanged),
    watch(Firmware, (firmware) =>
      keysOf(inNamespace(firmware.metadata.namespace).filter(({ spec }) => spec.template.firmware !== undefined)),
    ),
    watch(ConfigMap, ({ metadata }) =>
      keysOf(inNamespace(metadata.namespace).filter((group) => refersTo(group, "configMapRef", metadata.name))),
    ),
    watch(Secret, ({ metadata }) =>
      keysOf(inNamespace(metadata.namespace).filter((group) => refersTo(group, "secretRef", metadata.name))),
    ),
    watchOwned(NodeGroupRevision, NodeGroup),
    // A revision's Secret that somebody deleted is made again.
    watch(
      Secret,
      (secret) =>
        revisionsOfSecret(caches, secret).map(({ metadata: { namespace = "" }, spec: { group } }) => ({
          namespace,
          name: group,
        })),
      isGone,
    ),
  ];
}

function isGone({ object }: Change<Secret>): boolean {
  return object === undefined;
}

/** The group that decides about the node, and every group that it matches. */
function groupsOfNode(node: Node, groups: readonly NodeGroup[]): readonly Key[] {
  const assigned = node.spec.assignment?.group;
  const owner = node.spec.owner?.namespace;
  const matching = groups
    .filter(({ metadata }) => owner === undefined || metadata.namespace === owner)
    .filter(({ spec }) => matchesSelector(spec.selector, node.metadata.labels ?? {}))
    .map(keyOf);
  return assigned === undefined ? matching : [...matching, parseKey(assigned)];
}

/** Whether a change of a node can change what a group decides or reports. Progress within an operation cannot. */
function concernsGroups(change: Change<Node>): boolean {
  const { object, old } = change;
  return !object || !old || desireChanged(change) || standing(object) !== standing(old);
}

/** All of a node's status that groups look at, as text. */
function standing({ status }: Node): string {
  const { observedGeneration, firmware, config, labels, pushedLabels, bootedAt, restartedAt, conditions } =
    status ?? {};
  const verdicts = ["Ready", "Stalled", "Reachable", "Conflict", "ConfigCurrent"].map((type) => {
    const condition = findCondition(conditions, type);
    return [condition?.status, condition?.reason, condition?.lastTransitionTime];
  });
  return JSON.stringify([observedGeneration, firmware, config, labels, pushedLabels, bootedAt, restartedAt, verdicts]);
}

function refersTo(group: NodeGroup, field: "configMapRef" | "secretRef", name: string): boolean {
  return group.spec.template.config?.some((item) => item[field]?.name === name) === true;
}

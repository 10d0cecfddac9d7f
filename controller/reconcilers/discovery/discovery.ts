import { type Key, keyOf } from "../../api/meta.ts";
import { Node, type NodeStatus } from "../../api/node.ts";
import { isSporeError } from "../../base/errors.ts";
import { unownedNodesMax } from "../../base/limits.ts";
import type { Client } from "../../client/client.ts";
import type { LiveDevice } from "../../drivers/live-device.ts";
import type { Sightings } from "../../drivers/sightings.ts";
import type { Cache, Change } from "../../runtime/cache.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import type { ControllerSpec } from "../../runtime/controller.ts";
import type { Source } from "../../runtime/enqueue.ts";
import { done, type ReconcileContext, type Result, requeueAfter } from "../../runtime/reconcile.ts";
import { StatusDraft } from "../../runtime/status-draft.ts";
import { mergeStatus } from "../../runtime/status-writer.ts";
import { defaultPort, identityOf } from "../node/locate.ts";
import { labelPatch, labelsOfClaims } from "./claims.ts";
import { discoveredAnnotation, expiresInMs, isDisposable, lastSeenMs } from "./expiry.ts";
import { candidateNames, isNodeOf, nameForNew } from "./naming.ts";

export interface DiscoveryDependencies {
  readonly client: Client;
  readonly caches: CacheSource;
  readonly sightings: Sightings;
  /** Tells the live table under which name a device is listed. */
  readonly liveNames: { setName(key: string, name: string): void };
}

/** When all places of unowned nodes are taken by devices that talk, newcomers try again. */
const fullRetryMs = 30_000;

/**
 * The life of Nodes: makes one for each device that is heard, keeps its labels equal to what the device claims, and deletes those that nobody
 * would miss. Never touches what a person wrote, and never a device.
 */
export function discoveryController(dependencies: DiscoveryDependencies): ControllerSpec<Node> {
  const { caches, sightings } = dependencies;
  const claimants = new Claimants(sightings);
  caches.of(Node);
  return {
    name: "discovery",
    for: Node,
    concurrency: 16,
    when: concernsDiscovery,
    sources: [claimants.source],
    reconcile: async (key, context) => {
      const node = caches.of(Node).get(key);
      if (!node) return await introduce(dependencies, claimants.of(key.name), key, context);
      if (node.metadata.deletionTimestamp !== undefined) return done;
      nameLive(dependencies, node);
      await relabel(dependencies, node, context);
      return await expire(dependencies, node, context);
    },
  };
}

/** Which live devices may want a Node of that name. */
class Claimants {
  readonly #sightings: Sightings;
  readonly #byName = new Map<string, Set<string>>();

  constructor(sightings: Sightings) {
    this.#sightings = sightings;
  }

  /** Wakes every name that a device may have. */
  readonly source: Source = (wake) => {
    const note = (device: LiveDevice) => {
      for (const name of candidateNames(device)) {
        const claimants = this.#byName.get(name) ?? new Set();
        if (claimants.has(device.key)) continue;
        this.#byName.set(name, claimants.add(device.key));
        wake({ name });
      }
    };
    for (const device of this.#sightings.all()) note(device);
    return this.#sightings.onChange(({ kind, device }) => {
      if (kind === "forgotten") this.#forget(device, wake);
      else if (kind !== "phase") note(device);
    });
  };

  of(name: string): readonly LiveDevice[] {
    const keys = [...(this.#byName.get(name) ?? [])];
    return keys.map((key) => this.#sightings.get(key)).filter((device) => device !== undefined);
  }

  #forget(device: LiveDevice, wake: (key: Key) => void): void {
    for (const name of candidateNames(device)) {
      const claimants = this.#byName.get(name);
      claimants?.delete(device.key);
      if (claimants?.size === 0) this.#byName.delete(name);
      wake({ name });
    }
  }
}

/** Makes the Node of a device that has none, if this is the name it must have. */
async function introduce(
  dependencies: DiscoveryDependencies,
  devices: readonly LiveDevice[],
  { name }: Key,
  context: ReconcileContext,
): Promise<Result> {
  const nodes = dependencies.caches.of(Node);
  const newcomer = devices.find(
    (device) =>
      nodesLike(nodes, device).every((node) => !isNodeOf(node, identityOf(node) ?? {}, device)) &&
      nameForNew(device, (taken) => nodes.get({ name: taken }) !== undefined) === name,
  );
  if (!newcomer) return done;
  if (!(await makeRoom(dependencies, context))) {
    context.log.warn({ name, unownedNodesMax }, "no room for another unowned node");
    return requeueAfter(fullRetryMs, `there are ${unownedNodesMax} unowned nodes already`);
  }
  await create(dependencies, newcomer, name, context);
  return done;
}

async function create(
  { client, liveNames }: DiscoveryDependencies,
  device: LiveDevice,
  name: string,
  { clock, signal }: ReconcileContext,
): Promise<void> {
  const { family, hostname, chipId, address, port = defaultPort, key } = device;
  const labels = labelsOfClaims({ family, hostname, ...(address !== undefined && { address }), ...own(device) });
  const metadata = { name, labels, annotations: { [discoveredAnnotation]: "true" } };
  const facts = { hostname, ...(chipId !== undefined && { chipId }), ...(address !== undefined && { address, port }) };
  liveNames.setName(key, name);
  try {
    const node = await client.create(Node, { metadata, spec: { family } }, { signal });
    // The labels say who the device is, unless it must be told from another one, or no label can hold its hostname.
    if (chipId === undefined && identityOf(node)?.hostname === hostname) return;
    const draft = new StatusDraft<NodeStatus>(node, clock);
    draft.set(facts);
    await mergeStatus(client, Node, draft, { signal });
  } catch (error) {
    if (!isSporeError(error, "SPORE_ALREADY_EXISTS")) throw error;
  }
}

function own({ labels }: LiveDevice) {
  return labels ? { labels } : {};
}

/** Nodes that may be the device's: those with its hostname, and those that pin its address. */
function nodesLike(nodes: Cache<Node>, { hostname, address }: LiveDevice): readonly Node[] {
  const named = nodes.index(identitiesOf).get(`hostname ${hostname}`);
  return address === undefined ? named : [...named, ...nodes.index(identitiesOf).get(`pin ${address}`)];
}

function identitiesOf(node: Node): readonly string[] {
  const hostname = identityOf(node)?.hostname;
  if (hostname !== undefined) return [`hostname ${hostname}`];
  return node.spec.address === undefined ? [] : [`pin ${node.spec.address.split(":")[0]}`];
}

/** @returns whether there is room for one more unowned Node; the one that was silent for the longest makes it. */
async function makeRoom({ client, caches, sightings }: DiscoveryDependencies, { signal }: ReconcileContext) {
  const unowned = caches.of(Node).index(unownedOf);
  if (unowned.count("unowned") < unownedNodesMax) return true;
  const silent = unowned.get("unowned").filter((node) => isDisposable(node) && !isLive(node, sightings));
  const [oldest] = silent.sort((a, b) => lastSeenMs(a) - lastSeenMs(b));
  if (!oldest) return false;
  await remove(client, oldest, signal);
  return true;
}

function unownedOf(node: Node): readonly string[] {
  return node.spec.owner ? [] : ["unowned"];
}

function isLive(node: Node, sightings: Sightings): boolean {
  return deviceOfNode(node, sightings)?.phase === "Active";
}

function deviceOfNode(node: Node, sightings: Sightings): LiveDevice | undefined {
  const identity = identityOf(node);
  return identity && sightings.named(identity.hostname).find((device) => isNodeOf(node, identity, device));
}

function nameLive({ sightings, liveNames }: DiscoveryDependencies, node: Node): void {
  const device = deviceOfNode(node, sightings);
  if (device) liveNames.setName(device.key, node.metadata.name);
}

/** Keeps the labels that are claims equal to the claims. What people wrote stays. */
async function relabel({ client }: DiscoveryDependencies, node: Node, { signal }: ReconcileContext): Promise<void> {
  const { hostname, platform, board, address, labels, observedGeneration } = node.status ?? {};
  // Until the Node controller has spoken the status is not whole; the labels are then the device's own words.
  if (hostname === undefined || observedGeneration === undefined) return;
  const claims = labelsOfClaims({
    family: node.spec.family,
    hostname,
    ...(platform !== undefined && { platform }),
    ...(board !== undefined && { board }),
    ...(address !== undefined && { address }),
    ...(labels && { labels }),
  });
  const patch = labelPatch(node.metadata.labels ?? {}, claims);
  if (!patch) return;
  const { uid = "" } = node.metadata;
  const body = { metadata: { uid, labels: patch } };
  await client.patch(Node, keyOf(node), { type: "merge", body }, { signal });
}

async function expire(
  { client, sightings }: DiscoveryDependencies,
  node: Node,
  { clock, signal }: ReconcileContext,
): Promise<Result> {
  if (!isDisposable(node) || deviceOfNode(node, sightings)) return done;
  const inMs = expiresInMs(node, clock.now());
  if (inMs > 0) return requeueAfter(inMs, "it goes when it stays silent");
  await remove(client, node, signal);
  return done;
}

async function remove(client: Client, node: Node, signal: AbortSignal): Promise<void> {
  const { uid = "", resourceVersion = "" } = node.metadata;
  try {
    await client.delete(Node, keyOf(node), { signal, preconditions: { uid, resourceVersion } });
  } catch (error) {
    if (!isSporeError(error, "SPORE_NOT_FOUND")) throw error;
  }
}

/** Whether a change of a Node touches its identity, its claims, its labels or its owner. */
function concernsDiscovery({ object, old }: Change<Node>): boolean {
  return !object || !old || standing(object) !== standing(old);
}

function standing({ metadata, spec, status }: Node): string {
  const { hostname, chipId, platform, board, address, labels } = status ?? {};
  const { deletionTimestamp } = metadata;
  const judged = status?.observedGeneration !== undefined;
  return JSON.stringify([
    judged,
    metadata.labels,
    spec.owner,
    hostname,
    chipId,
    platform,
    board,
    address,
    labels,
    deletionTimestamp,
  ]);
}

import { Node, type NodeStatus, type NodeStatusFailedAttempts, type NodeStatusOperation } from "../../api/node.ts";
import type { FactsCache } from "../../artifacts/facts-cache.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Client } from "../../client/client.ts";
import type { Driver, Outcome } from "../../drivers/driver.ts";
import { nodeNameOf } from "../../drivers/node-name.ts";
import type { Drivers } from "../../drivers/registry.ts";
import type { Sightings } from "../../drivers/sightings.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import type { Executor } from "../../runtime/executor.ts";
import type { Recorder } from "../../runtime/recorder.ts";
import { hostnameLabel } from "../discovery/claims.ts";
import type { Desired } from "./desired.ts";
import type { ImageCache } from "./image-cache.ts";
import type { Whereabouts } from "./locate.ts";
import type { NodeMemory } from "./memory.ts";
import type { Permission } from "./permission.ts";

/** What the Node controller works with. */
export interface NodeDependencies {
  readonly client: Client;
  readonly caches: CacheSource;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly sightings: Sightings;
  readonly drivers: Drivers;
  /** Carries out installs; its parallelism is `--ota-parallel`. */
  readonly executor: Executor<InstallEnd>;
  readonly facts: FactsCache;
  readonly images: ImageCache;
}

/** What became of an install that was handed to the executor. */
export type InstallEnd =
  | { readonly kind: "ended"; readonly operationId: string; readonly outcome: Outcome }
  /** By the time it was its turn it was no longer wanted; nothing was sent. */
  | { readonly kind: "dropped" };

/** One run over one node: what is known, and what is to be written. */
export interface NodeWork {
  readonly node: Node;
  readonly driver: Driver;
  readonly memory: NodeMemory;
  readonly desired: Desired;
  /** Both are judged again after a look. */
  conflict: string | undefined;
  permission: Permission;
  /** May improve during a run: the first look tells who the device is. */
  where: Whereabouts;
  operation: NodeStatusOperation | undefined;
  attempts: NodeStatusFailedAttempts | undefined;
  /** What SPORE remembers to have installed on a device that does not say what it runs. */
  firmware: NodeStatus["firmware"];
  /** The keys of labels that SPORE put on the device. */
  pushedLabels: readonly string[];
  /** The restart request that was carried out. */
  restartedAt: string | undefined;
}

/** The nodes that may be the device of that hostname. */
export function nodesByHostname(caches: CacheSource, hostname: string): readonly Node[] {
  return caches.of(Node).index(hostnamesOf).get(hostname);
}

/** The nodes whose devices have hostnames that give the same Node name as this one, such as `esp_1` and `esp-1`. */
export function nodesByNameClaim(caches: CacheSource, hostname: string): readonly Node[] {
  return caches.of(Node).index(nameClaimsOf).get(nodeNameOf(hostname));
}

function hostnamesOf({ metadata, status }: Node): readonly string[] {
  const hostname = status?.hostname ?? metadata.labels?.[hostnameLabel];
  return hostname === undefined ? [] : [hostname];
}

function nameClaimsOf(node: Node): readonly string[] {
  return hostnamesOf(node).map(nodeNameOf);
}

import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Key } from "../api/meta.ts";
import type { BlobStore } from "../artifacts/blob-store.ts";
import { FactsCache } from "../artifacts/facts-cache.ts";
import type { Client } from "../client/client.ts";
import type { KnownKind } from "../manifests/read-yaml.ts";
import { discoveryController } from "../reconcilers/discovery/discovery.ts";
import { firmwareController } from "../reconcilers/firmware.ts";
import { gitSyncController } from "../reconcilers/git-sync/git-sync.ts";
import { Mirrors } from "../reconcilers/git-sync/mirrors.ts";
import { ServedKinds } from "../reconcilers/git-sync/served-kinds.ts";
import { ImageCache } from "../reconcilers/node/image-cache.ts";
import { nodeController } from "../reconcilers/node/node.ts";
import type { InstallEnd } from "../reconcilers/node/work.ts";
import { nodeGroupController } from "../reconcilers/node-group/node-group.ts";
import { BoundedExecutor } from "../runtime/bounded-executor.ts";
import { EventRecorder } from "../runtime/event-recorder.ts";
import type { Manager } from "../runtime/manager.ts";
import { fileRootOf } from "./declared-sync.ts";
import type { Fleet } from "./fleet.ts";
import type { Surroundings } from "./surroundings.ts";

/** The recorder of everything that this process does; the manager runs it. */
export function addRecorder(manager: Manager, { clock, random, log }: Surroundings): EventRecorder {
  const { client } = manager;
  const recorder = new EventRecorder({ client, clock, random, log, component: "spored", instance: hostname() });
  manager.addRunnable(recorder);
  return recorder;
}

interface GitMeans {
  readonly blobs: Pick<BlobStore, "stat" | "put">;
  readonly recorder: EventRecorder;
  /** The kinds that no CRD defines. */
  readonly builtins: readonly KnownKind[];
  /** The client with the rights of a ServiceAccount, or of GitSyncs that name none. */
  readonly actAs: (account: Key | undefined) => Client;
}

/** Keeps objects what git repositories say. */
export function addGitSync(manager: Manager, around: Surroundings, means: GitMeans): void {
  const { configuration, random } = around;
  const { client, caches } = manager;
  const { blobs, recorder, builtins, actAs } = means;
  const kinds = new ServedKinds(builtins, caches);
  const mirrors = new Mirrors(join(resolve(configuration.dataDir), "git"));
  const fileRoots = [...configuration.syncFiles.map((root) => resolve(root)), ...fileRootOf(configuration.sync)];
  manager.add(gitSyncController({ client, caches, recorder, random, blobs, mirrors, fileRoots, actAs, kinds }));
}

interface Means {
  readonly blobs: Pick<BlobStore, "stat" | "read">;
  readonly fleet: Fleet;
  readonly recorder: EventRecorder;
}

/** The controllers of SPORE's own kinds, the same wherever the API server is. */
export function addControllers(manager: Manager, around: Surroundings, { blobs, fleet, recorder }: Means): void {
  const { configuration, clock, random } = around;
  const { client, caches } = manager;
  const { sightings, live, drivers } = fleet;
  const executor = new BoundedExecutor<InstallEnd>({ name: "installs", parallel: configuration.otaParallel, clock });
  const readBlob = (digest: string) => blobs.read(digest);
  const facts = new FactsCache(readBlob);
  const images = new ImageCache(readBlob);
  manager.addRunnable(executor);
  manager.add(discoveryController({ client, caches, sightings, liveNames: live }));
  manager.add(firmwareController({ client, caches, blobs, facts }));
  manager.add(nodeController({ client, caches, recorder, clock, random, sightings, drivers, executor, facts, images }));
  manager.add(nodeGroupController({ client, caches, facts, autoAdopt: new Set(configuration.autoAdopt) }));
}

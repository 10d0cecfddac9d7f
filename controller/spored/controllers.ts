import { hostname } from "node:os";
import type { BlobStore } from "../artifacts/blob-store.ts";
import { FactsCache } from "../artifacts/facts-cache.ts";
import { discoveryController } from "../reconcilers/discovery/discovery.ts";
import { firmwareController } from "../reconcilers/firmware.ts";
import { ImageCache } from "../reconcilers/node/image-cache.ts";
import { nodeController } from "../reconcilers/node/node.ts";
import type { InstallEnd } from "../reconcilers/node/work.ts";
import { nodeGroupController } from "../reconcilers/node-group/node-group.ts";
import { BoundedExecutor } from "../runtime/bounded-executor.ts";
import { EventRecorder } from "../runtime/event-recorder.ts";
import type { Manager } from "../runtime/manager.ts";
import type { Fleet } from "./fleet.ts";
import type { Surroundings } from "./surroundings.ts";

/** The recorder of everything that this process does; the manager runs it. */
export function addRecorder(manager: Manager, { clock, random, log }: Surroundings): EventRecorder {
  const { client } = manager;
  const recorder = new EventRecorder({ client, clock, random, log, component: "spored", instance: hostname() });
  manager.addRunnable(recorder);
  return recorder;
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

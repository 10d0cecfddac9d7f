import { createHash } from "node:crypto";
import { onTestFinished } from "vitest";
import { ConfigMap, Event, Namespace, Secret } from "../../controller/api/core-kinds.ts";
import { Firmware } from "../../controller/api/firmware.ts";
import type { Kind } from "../../controller/api/kind.ts";
import type { Resource } from "../../controller/api/meta.ts";
import { Node } from "../../controller/api/node.ts";
import { type ApiServer, createApiServer } from "../../controller/apiserver/api-server.ts";
import { builtinKinds } from "../../controller/apiserver/builtin/kinds.ts";
import { inProcessTransport } from "../../controller/apiserver/in-process.ts";
import { ownCrds } from "../../controller/apiserver/own-kinds.ts";
import { controllers } from "../../controller/apiserver/user.ts";
import { type BlobStore, openBlobStore } from "../../controller/artifacts/blob-store.ts";
import { FactsCache } from "../../controller/artifacts/facts-cache.ts";
import { type Clock, systemClock } from "../../controller/base/clock.ts";
import { imageMaxBytes } from "../../controller/base/limits.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import type { Client } from "../../controller/client/client.ts";
import type { Driver } from "../../controller/drivers/driver.ts";
import { LiveNodes } from "../../controller/drivers/live-nodes.ts";
import { Drivers } from "../../controller/drivers/registry.ts";
import { Sightings } from "../../controller/drivers/sightings.ts";
import { SporeDriver } from "../../controller/drivers/spore/spore.ts";
import { discoveryController } from "../../controller/reconcilers/discovery/discovery.ts";
import { firmwareController } from "../../controller/reconcilers/firmware.ts";
import { ImageCache } from "../../controller/reconcilers/node/image-cache.ts";
import { nodeController } from "../../controller/reconcilers/node/node.ts";
import type { InstallEnd } from "../../controller/reconcilers/node/work.ts";
import { nodeGroupController } from "../../controller/reconcilers/node-group/node-group.ts";
import { BoundedExecutor } from "../../controller/runtime/bounded-executor.ts";
import { EventRecorder } from "../../controller/runtime/event-recorder.ts";
import { Manager } from "../../controller/runtime/manager.ts";
import type { Fleet } from "../../controller/simulator/spore/fleet.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import { accountIdentities, admin, noLiveNodes } from "../support/api-server.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** What outlives a controller: the store behind its server, and the images. */
export interface Cluster {
  readonly server: ApiServer;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** With all rights, as a person has them. */
  readonly client: Client;
}

export interface ControlOptions {
  /** Where the devices are; without a fleet nothing is discovered. */
  readonly fleet?: Fleet;
  readonly driver?: Driver;
  readonly sightings?: Sightings;
  readonly autoAdopt?: readonly string[];
  readonly otaParallel?: number;
}

/** Controllers at work. */
export interface Control {
  readonly manager: Manager;
  readonly sightings: Sightings;
  readonly executor: BoundedExecutor<InstallEnd>;
  /** Stops everything, as an orderly shutdown does. */
  stop(): Promise<void>;
}

export const never = new AbortController().signal;

/** A server with an empty store. */
export async function startCluster(clock: Clock = systemClock): Promise<Cluster> {
  const directory = await temporaryDirectory();
  const blobs = await openBlobStore(directory.path, clock);
  const store = openMemoryStore({ clock });
  const server = await createApiServer({
    store,
    identities: accountIdentities(store, clock),
    kinds: builtinKinds,
    crds: ownCrds(),
    clock,
    random: seededRandom(1),
    log: silentLogger,
    live: noLiveNodes,
    artifacts: blobs,
  });
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]();
    await directory[Symbol.asyncDispose]();
  });
  const client = apiClient(inProcessTransport(server, admin), { clock, userAgent: "test/1" });
  return { server, blobs, clock, client };
}

/** Starts all controllers on a cluster, with the rights that they have in production. */
export async function startControl(cluster: Cluster, options: ControlOptions = {}): Promise<Control> {
  const { clock, blobs, server } = cluster;
  const { fleet, autoAdopt = [], otaParallel = 8 } = options;
  const random = seededRandom(7);
  const log = silentLogger;
  const manager = new Manager({
    client: apiClient(inProcessTransport(server, controllers), { clock, userAgent: "spored/1" }),
    clock,
    log,
    random,
  });
  const { client, caches } = manager;
  const sightings = options.sightings ?? new Sightings(clock);
  const drivers = new Drivers([options.driver ?? sporeDriver(clock, fleet)]);
  const facts = new FactsCache((digest) => blobs.read(digest));
  const images = new ImageCache((digest) => blobs.read(digest));
  const executor = new BoundedExecutor<InstallEnd>({ name: "installs", parallel: otaParallel, clock });
  const recorder = new EventRecorder({ client, clock, log, random, component: "spored", instance: "test" });
  manager.addRunnable(executor);
  manager.addRunnable(recorder);
  manager.add(firmwareController({ client, caches, blobs, facts }));
  manager.add(discoveryController({ client, caches, sightings, liveNames: new LiveNodes(clock, sightings) }));
  manager.add(nodeGroupController({ client, caches, facts, autoAdopt: new Set(autoAdopt) }));
  manager.add(nodeController({ client, caches, recorder, clock, random, sightings, drivers, executor, facts, images }));
  const stopping = new AbortController();
  const heard = fleet ? drivers.discover(sightings.heard, stopping.signal) : undefined;
  const ran = manager.run(stopping.signal);
  const stop = async () => {
    stopping.abort();
    await Promise.all([ran, heard]);
    sightings.stop();
  };
  onTestFinished(async () => {
    if (!stopping.signal.aborted) await stop();
  });
  return { manager, sightings, executor, stop };
}

/** Hears the fleet, where there is one. */
export function sporeDriver(clock: Clock, fleet: Fleet | undefined): Driver {
  const port = fleet?.udpPort ?? 0;
  const discovery = { bind: "127.0.0.1", broadcast: fleet?.broadcast ?? "127.255.255.255", port };
  return new SporeDriver({ clock, log: silentLogger, discovery, seeds: [] });
}

/** Uploads an image and makes its Firmware. */
export async function pushFirmware(
  { client, blobs }: Cluster,
  name: string,
  version: string,
  image: Uint8Array,
): Promise<string> {
  const sha256 = createHash("sha256").update(image).digest("hex");
  await blobs.put(
    sha256,
    (async function* () {
      yield image;
    })(),
    imageMaxBytes,
  );
  const artifacts = [{ path: `${name}.bin`, role: "image" as const, size: image.byteLength, sha256 }];
  const metadata = { name, namespace: "default" };
  await client.create(
    Firmware,
    { metadata, spec: { family: "spore", platform: "esp8266", version, artifacts } },
    { signal: never },
  );
  return sha256;
}

/** Reads an object until it is as it should be. The limit is for what hangs; a machine under load may take its time. */
export async function eventually<T extends Resource>(
  client: Client,
  kind: Kind<T>,
  name: string,
  holds: (object: T | undefined) => boolean,
  limitMs = 30_000,
): Promise<T | undefined> {
  const key = kind.namespaced ? { namespace: "default", name } : { name };
  const endMs = systemClock.monotonic() + limitMs;
  for (;;) {
    const object = await client.get(kind, key, never);
    if (holds(object)) return object;
    if (systemClock.monotonic() > endMs) {
      throw new Error(
        `${kind.kind} ${name} is not so after ${limitMs} ms (${holds}): ${JSON.stringify(object, null, 1)}`,
      );
    }
    await new Promise((resolve) => systemClock.after(20, () => resolve(undefined)));
  }
}

/** A condition of an object, as `Status Reason`. */
export function stateOf(
  object:
    | (Resource & {
        readonly status?: { readonly conditions?: readonly { type: string; status: string; reason: string }[] };
      })
    | undefined,
  type: string,
): string {
  const found = object?.status?.conditions?.find((condition) => condition.type === type);
  return found ? `${found.status} ${found.reason}` : "none";
}

/** All Nodes, by name. */
export async function allNodes({ client }: Cluster): Promise<readonly Node[]> {
  const { items } = await client.list(Node, {}, never);
  return [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** The reasons of all Events about an object, oldest first. */
export async function eventsOf({ client }: Cluster, name: string): Promise<readonly string[]> {
  const { items } = await client.list(Event, {}, never);
  return items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason = "" }) => reason);
}

export { ConfigMap, Namespace, Secret };

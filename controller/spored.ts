import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { Node } from "./api/node.ts";
import { type ApiServer, createApiServer } from "./apiserver/api-server.ts";
import { builtinKinds } from "./apiserver/builtin/kinds.ts";
import { openCredentials } from "./apiserver/credentials.ts";
import { inProcessTransport } from "./apiserver/in-process.ts";
import { installCrds } from "./apiserver/install-crds.ts";
import { listenHttps } from "./apiserver/listen.ts";
import { ownCrds } from "./apiserver/own-kinds.ts";
import { type ServedKind, servedKindsFromCrd } from "./apiserver/served-kind.ts";
import { sporeHooks } from "./apiserver/spore-hooks.ts";
import { controllers, mastersGroup, type User } from "./apiserver/user.ts";
import { type BlobStore, openBlobStore } from "./artifacts/blob-store.ts";
import { FactsCache } from "./artifacts/facts-cache.ts";
import { type Clock, sleep } from "./base/clock.ts";
import { abortOf, Deadline } from "./base/deadline.ts";
import { eachUntilAborted } from "./base/each-until-aborted.ts";
import type { Logger } from "./base/log.ts";
import type { Random } from "./base/random.ts";
import { kindLookup } from "./cli/known-kinds.ts";
import { objectApi } from "./cli/object-api.ts";
import { apiClient } from "./client/api-client.ts";
import type { SporedConfiguration } from "./config/spored-options.ts";
import { families } from "./drivers/families.ts";
import { LiveNodes } from "./drivers/live-nodes.ts";
import { Drivers } from "./drivers/registry.ts";
import { Sightings } from "./drivers/sightings.ts";
import { fleetFigures } from "./gateway/fleet-figures.ts";
import { serveHealth } from "./gateway/health-server.ts";
import { keepTree } from "./manifests/keep-tree.ts";
import { artifactCollector } from "./reconcilers/artifact-collector.ts";
import { discoveryController } from "./reconcilers/discovery/discovery.ts";
import { eventExpiry } from "./reconcilers/event-expiry.ts";
import { firmwareController } from "./reconcilers/firmware.ts";
import { garbageControllers } from "./reconcilers/garbage/garbage-collector.ts";
import { ownedKinds } from "./reconcilers/garbage/owned-kinds.ts";
import { ImageCache } from "./reconcilers/node/image-cache.ts";
import { nodeController } from "./reconcilers/node/node.ts";
import type { InstallEnd } from "./reconcilers/node/work.ts";
import { nodeGroupController } from "./reconcilers/node-group/node-group.ts";
import { BoundedExecutor } from "./runtime/bounded-executor.ts";
import { EventRecorder } from "./runtime/event-recorder.ts";
import { Manager } from "./runtime/manager.ts";
import { openLmdbStore } from "./store/lmdb.ts";
import { ownDirectory } from "./store/own-directory.ts";

/** What every part is given. */
interface Surroundings {
  readonly configuration: SporedConfiguration;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** What this process itself asks of the API, `--manifests` and figures, it asks with the rights of who started it. */
const operator: User = { name: "system:spore-manifests", groups: [mastersGroup] };
/** After this long without a node it is worth saying what usually is in the way. */
const noNodeAfterMs = 10_000;
const figuresTimeoutMs = 5000;

/**
 * The control plane in one process: opens in order, runs until `signal` aborts, closes in the opposite order.
 *
 * @throws SporeError `SPORE_PORT_TAKEN`, `SPORE_DATA_DIR_LOCKED`, `SPORE_DATA_DIR_UNUSABLE` also later, and others that name the flag to change.
 */
export async function runSpored(around: Surroundings, signal: AbortSignal): Promise<void> {
  const { configuration, clock, random, log } = around;
  const dataDir = resolve(configuration.dataDir);
  await ownDirectory(dataDir, process.getuid?.());
  const broken = new AbortController();
  const onBroken = (error: unknown) => broken.abort(error);
  await using store = await openLmdbStore({ directory: join(dataDir, "store"), clock, log, onBroken });
  const blobs = await openBlobStore(join(dataDir, "artifacts"), clock);
  const credentials = await openCredentials({ dataDir, clock, log });
  const crds = ownCrds();
  const kinds = [...builtinKinds, ...crds.flatMap((crd) => servedKindsFromCrd(crd, sporeHooks))];
  await installCrds({ store, crds, clock, random });

  const sightings = new Sightings(clock);
  const live = new LiveNodes(clock, sightings);
  const { drivers, listening } = driversOf(around);
  await using server = await createApiServer({ store, kinds, clock, random, log, live, artifacts: blobs });
  const { apiBind: host, apiPort: port, tlsSan: names } = configuration;
  await using api = await listenHttps({ server, credentials, host, port, names, clock, log });
  const kubeconfig = await credentials.writeAdminKubeconfig(api.url);

  const manager = assemble(around, { server, blobs, sightings, live, drivers });
  const metrics = async () => {
    using deadline = new Deadline(clock, signal, figuresTimeoutMs, "collecting the figures");
    const nodes = manager.caches.of(Node).list();
    const fleet = fleetFigures({ devices: [...sightings.all()], nodes, controllers: manager.figures() });
    return `${await apiFigures(server, deadline.signal)}${fleet}`;
  };
  const source = { healthy: () => !signal.aborted, metrics };
  await using health = await serveHealth(configuration.gatewayPort, source, log);
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const parts = [
    manager.run(either),
    drivers.discover(sightings.heard, either),
    keepManifests(around, kinds, server, either),
    tellWhenSilent(around, sightings, either),
    endWhenBroken(broken.signal, either),
  ];
  const facts = { ready: true, api: api.url, health: health.port, kubeconfig, hears: hearing(configuration) };
  try {
    await Promise.race([listening, Promise.all(parts)]);
    if (!signal.aborted) log.info(facts, "spored is ready");
    await Promise.all(parts);
  } finally {
    stop.abort(); // one part failed: the others go down in order
    await Promise.allSettled(parts);
    sightings.stop(); // its next timer would keep the process alive, for up to a minute
  }
  log.info({}, "spored stops");
}

/** The drivers, and what resolves when nodes are heard. */
function driversOf({ configuration, clock, log }: Surroundings) {
  const { discoveryBind: bind, broadcast, udpPort: port, node } = configuration;
  const seeds = node.map((text) => {
    const [address = "", seedPort = "80"] = text.split(":");
    return { address, port: Number(seedPort) };
  });
  let onListening = () => {};
  const listening = new Promise<void>((resolve) => {
    onListening = resolve;
  });
  const spore = { clock, log, discovery: { bind, broadcast, port, onListening }, seeds };
  return { drivers: new Drivers(families({ spore })), listening };
}

interface Parts {
  readonly server: ApiServer;
  readonly blobs: BlobStore;
  readonly sightings: Sightings;
  readonly live: LiveNodes;
  readonly drivers: Drivers;
}

/** The controllers, and what they share. */
function assemble(around: Surroundings, { server, blobs, sightings, live, drivers }: Parts): Manager {
  const { configuration, clock, random, log } = around;
  const direct = apiClient(inProcessTransport(server, controllers), { clock, userAgent: "spored" });
  const manager = new Manager({ client: direct, clock, random, log });
  const { client, caches } = manager;
  const recorder = new EventRecorder({ client, clock, random, log, component: "spored", instance: hostname() });
  const executor = new BoundedExecutor<InstallEnd>({ name: "installs", parallel: configuration.otaParallel, clock });
  const readBlob = (digest: string) => blobs.read(digest);
  const facts = new FactsCache(readBlob);
  const images = new ImageCache(readBlob);
  manager.addRunnable(recorder);
  manager.addRunnable(executor);
  manager.addRunnable(eventExpiry({ client, clock, log }));
  manager.addRunnable(artifactCollector({ client, blobs, clock, log }));
  manager.add(discoveryController({ client, caches, sightings, liveNames: live }));
  manager.add(firmwareController({ client, caches, blobs, facts }));
  manager.add(nodeController({ client, caches, recorder, clock, random, sightings, drivers, executor, facts, images }));
  manager.add(nodeGroupController({ client, caches, facts, autoAdopt: new Set(configuration.autoAdopt) }));
  for (const spec of garbageControllers({ client, caches, kinds: ownedKinds })) manager.add(spec);
  return manager;
}

/** A store that cannot be written helps nobody; whoever watches over this process starts another. */
async function endWhenBroken(broken: AbortSignal, signal: AbortSignal): Promise<void> {
  await abortOf(AbortSignal.any([broken, signal]));
  broken.throwIfAborted();
}

async function keepManifests(
  { configuration, clock, random, log }: Surroundings,
  kinds: readonly ServedKind[],
  server: ApiServer,
  signal: AbortSignal,
): Promise<void> {
  if (configuration.manifests === undefined) return;
  const client = apiClient(inProcessTransport(server, operator), { clock, userAgent: "spored-manifests" });
  await keepTree(
    {
      directory: resolve(configuration.manifests),
      pruneAll: configuration.pruneAll,
      lookup: kindLookup(kinds),
      kindOf: (group, name) => kinds.find(({ kind }) => kind.group === group && kind.kind === name)?.kind,
      api: objectApi(client, "spored-manifests", signal, (text) => log.warn({}, text)),
      log,
      clock,
      random,
    },
    signal,
  );
}

async function tellWhenSilent(
  { configuration, clock, log }: Surroundings,
  sightings: Sightings,
  signal: AbortSignal,
): Promise<void> {
  const isOver = await sleep(clock, noNodeAfterMs, signal).then(
    () => false,
    () => true,
  );
  if (isOver || sightings.size > 0) return;
  const { lan, udpPort } = configuration;
  const advice = lan
    ? `allow UDP port ${udpPort} through this machine's firewall (sudo ufw allow ${udpPort}/udp), and see that the access point does not keep its clients apart`
    : "only this machine's own nodes are heard; --lan hears the local network";
  log.warn({ hears: hearing(configuration) }, `no node was heard in ${noNodeAfterMs / 1000} s: ${advice}`);
}

function hearing({ discoveryBind, broadcast, udpPort }: SporedConfiguration): string {
  return `UDP ${udpPort} on ${discoveryBind}, broadcasts to ${broadcast}`;
}

async function apiFigures(server: ApiServer, signal: AbortSignal): Promise<string> {
  const query = new URLSearchParams();
  const { body } = await server.handle({ method: "GET", path: "/metrics", query, headers: {}, signal }, operator);
  const chunks: Uint8Array[] = [];
  for await (const chunk of eachUntilAborted(body, signal)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

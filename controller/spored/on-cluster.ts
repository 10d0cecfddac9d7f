import { join, resolve } from "node:path";
import { Registry } from "prom-client";
import { artifactsBehindClusterPath, ownArtifactsPath } from "../api/artifact-paths.ts";
import { Firmware } from "../api/firmware.ts";
import { GitSync } from "../api/git-sync.ts";
import { ownCrds } from "../apiserver/own-kinds.ts";
import { openBlobStore } from "../artifacts/blob-store.ts";
import { clientVersion } from "../cli/client-version.ts";
import { apiClient } from "../client/api-client.ts";
import { httpsTransport } from "../client/https-transport.ts";
import { inClusterAccess } from "../client/in-cluster.ts";
import { type ClusterAccess, readKubeconfig } from "../client/kubeconfig.ts";
import { measuredTransport } from "../client/measured-transport.ts";
import { readServerVersion } from "../client/server-version.ts";
import type { SporedConfiguration } from "../config/spored-options.ts";
import { addFleetFigures } from "../gateway/fleet-figures.ts";
import { serveHealth } from "../gateway/health-server.ts";
import { artifactCollector } from "../reconcilers/artifact-collector.ts";
import { Manager } from "../runtime/manager.ts";
import { lockDirectory } from "../store/directory-lock.ts";
import { ownDirectory } from "../store/own-directory.ts";
import { ensureCrds } from "./cluster-crds.ts";
import { addControllers, addRecorder } from "./controllers.ts";
import { standForElection } from "./election.ts";
import { figuresOf, hearing, openFleet, tellWhenSilent } from "./fleet.ts";
import { healthChecks } from "./health-checks.ts";
import { healthSource } from "./health-source.ts";
import { imageMirror } from "./image-mirror.ts";
import { listenLive } from "./live-listener.ts";
import { runParts } from "./parts.ts";
import { addProcessFigures } from "./process-figures.ts";
import { publication } from "./publication.ts";
import { remoteBlobs } from "./remote-blobs.ts";
import type { Surroundings } from "./surroundings.ts";

/**
 * The controllers on the API server of somebody else: a Kubernetes cluster, or another `spored`. No API server and no store of our own run. Garbage
 * collection and the expiry of Events are that server's business, and git that of Flux and Argo CD.
 *
 * @throws SporeError `SPORE_USAGE` when the kubeconfig makes no sense or the server lacks our definitions, `SPORE_UNAVAILABLE` when it is not there.
 */
export async function runOnCluster(around: Surroundings, signal: AbortSignal): Promise<void> {
  const { configuration, clock, random, log } = around;
  const access = await accessOf(configuration);
  const namespace = configuration.namespace ?? access.namespace;
  await using connection = httpsTransport(access, clock);
  const registry = new Registry();
  addProcessFigures(registry, clock.now());
  const transport = measuredTransport(connection.transport, access.server, clock, registry);
  const direct = apiClient(transport, { clock, userAgent: `spored/${clientVersion()}` });
  const version = await readServerVersion(transport, clock, signal);
  const crds = ownCrds().filter(({ spec }) => spec.names.kind !== GitSync.kind);
  await ensureCrds(crds, { client: direct, clock, log, install: configuration.installCrds }, signal);

  const dataDir = resolve(configuration.dataDir);
  await ownDirectory(dataDir, process.getuid?.());
  await using _lock = await lockDirectory(join(dataDir, "store"), log); // the same that a store of our own would take
  const artifacts = version.isSpored ? undefined : await openBlobStore(join(dataDir, "artifacts"), clock);
  const fleet = openFleet(around, registry);

  const candidacy = standForElection(around, direct, namespace);
  const election = candidacy && { election: candidacy.election };
  const manager = new Manager({ client: direct, clock, random, log, metrics: registry, ...election });
  const { client } = manager;
  const recorder = addRecorder(manager, around);
  candidacy?.recordTo(recorder);
  addControllers(manager, around, {
    blobs: artifacts ?? remoteBlobs({ transport, clock, under: ownArtifactsPath }, signal),
    fleet,
    recorder,
  });
  if (artifacts) manager.addRunnable(artifactCollector({ client, blobs: artifacts, clock, log }));

  addFleetFigures(registry, figuresOf(fleet, manager));
  const vitals = { dataDir, manager: () => manager, listening: fleet.listening };
  // Whoever stands by is ready, too.
  const checks = healthChecks(vitals).filter(({ name }) => name !== "leader-election");
  const metrics = () => registry.metrics();
  const parts = { live: fleet.live, artifacts, checks, metrics };
  await using listener = await listenLive({ around, client: direct, namespace, dataDir, ...parts }, signal);
  const { advertiseAddress: address } = configuration;
  if (address !== undefined) {
    manager.addRunnable(publication({ client, clock, log, namespace, address, ...listener }));
  }
  const leaders = remoteBlobs({ transport, clock, under: artifactsBehindClusterPath }, signal);
  const firmwares = () => manager.caches.of(Firmware).list();
  const isLeading = () => manager.isLeading;
  const mirror = artifacts && imageMirror({ blobs: artifacts, leaders, firmwares, isLeading, clock, log });
  const source = healthSource({ checks, registry, log }, signal);
  await using health = await serveHealth(configuration.gatewayPort, source, log);
  const facts = {
    server: access.server,
    serverVersion: version.text,
    api: listener.url,
    health: health.port,
    hears: hearing(configuration),
    ...(candidacy && { lease: candidacy.lease, identity: candidacy.identity }),
  };
  const start = (either: AbortSignal) => [
    manager.run(either),
    fleet.drivers.discover(fleet.sightings.heard, either),
    tellWhenSilent(around, fleet.sightings, either),
    ...(mirror ? [mirror.run(either)] : []),
  ];
  try {
    await runParts({ start, ready: fleet.listening, facts }, around, signal);
  } finally {
    fleet.sightings.stop();
  }
}

/** `--kubeconfig FILE`, or `--kubeconfig in-cluster`. */
function accessOf({ kubeconfig = "", context }: SporedConfiguration): Promise<ClusterAccess> {
  return kubeconfig === "in-cluster" ? inClusterAccess(process.env) : readKubeconfig([kubeconfig], context);
}

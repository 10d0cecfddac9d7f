import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { Registry } from "prom-client";
import { ownCrds } from "../apiserver/own-kinds.ts";
import { generateUid } from "../apiserver/random-names.ts";
import { openBlobStore } from "../artifacts/blob-store.ts";
import { parseGoDuration } from "../base/go-duration.ts";
import { clientVersion } from "../cli/client-version.ts";
import { apiClient } from "../client/api-client.ts";
import { httpsTransport } from "../client/https-transport.ts";
import { inClusterAccess } from "../client/in-cluster.ts";
import { type ClusterAccess, readKubeconfig } from "../client/kubeconfig.ts";
import { measuredTransport } from "../client/measured-transport.ts";
import type { SporedConfiguration } from "../config/spored-options.ts";
import { addFleetFigures } from "../gateway/fleet-figures.ts";
import { serveHealth } from "../gateway/health-server.ts";
import { artifactCollector } from "../reconcilers/artifact-collector.ts";
import type { EventRecorder } from "../runtime/event-recorder.ts";
import { LeaseElection, type LeaseTimes } from "../runtime/lease.ts";
import { type Election, Manager } from "../runtime/manager.ts";
import { lockDirectory } from "../store/directory-lock.ts";
import { ownDirectory } from "../store/own-directory.ts";
import { ensureCrds } from "./cluster-crds.ts";
import { addControllers, addRecorder } from "./controllers.ts";
import { figuresOf, hearing, openFleet, tellWhenSilent } from "./fleet.ts";
import { healthChecks } from "./health-checks.ts";
import { healthSource } from "./health-source.ts";
import { runParts } from "./parts.ts";
import { addProcessFigures } from "./process-figures.ts";
import { remoteBlobs } from "./remote-blobs.ts";
import { readServerVersion } from "./server-version.ts";
import type { Surroundings } from "./surroundings.ts";

/** The Lease by which one of several processes leads. */
const leaseName = "spored";

/**
 * The controllers on the API server of somebody else: a Kubernetes cluster, or another `spored`. No API server and no store of our own run. Garbage
 * collection and the expiry of Events are that server's business.
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
  await ensureCrds(ownCrds(), { client: direct, clock, log, install: configuration.installCrds }, signal);

  const dataDir = resolve(configuration.dataDir);
  await ownDirectory(dataDir, process.getuid?.());
  await using _lock = await lockDirectory(join(dataDir, "store"), log); // the same that a store of our own would take
  const ownBlobs = version.isSpored ? undefined : await openBlobStore(join(dataDir, "artifacts"), clock);
  const fleet = openFleet(around, registry);

  const identity = `${hostname()}_${generateUid(random)}`;
  let recorder: EventRecorder | undefined;
  const election: Election | undefined = configuration.leaderElect
    ? new LeaseElection({
        client: direct,
        clock,
        log,
        random,
        namespace,
        name: leaseName,
        identity,
        times: timesOf(configuration),
        onTransition: (lease, transition) =>
          recorder?.record(lease, { type: "Normal", reason: "LeaderElection", message: `${identity} ${transition}` }),
      })
    : undefined;
  const manager = new Manager({ client: direct, clock, random, log, metrics: registry, ...(election && { election }) });
  recorder = addRecorder(manager, around);
  addControllers(manager, around, { blobs: ownBlobs ?? remoteBlobs(transport, clock), fleet, recorder });
  if (ownBlobs) manager.addRunnable(artifactCollector({ client: manager.client, blobs: ownBlobs, clock, log }));

  addFleetFigures(registry, figuresOf(fleet, manager));
  const checks = healthChecks({ dataDir, manager: () => manager, listening: fleet.listening });
  await using health = await serveHealth(
    configuration.gatewayPort,
    healthSource({ checks, registry, log }, signal),
    log,
  );
  const facts = {
    server: access.server,
    serverVersion: version.text,
    health: health.port,
    hears: hearing(configuration),
    ...(election && { lease: `${namespace}/${leaseName}`, identity }),
  };
  const start = (either: AbortSignal) => [
    manager.run(either),
    fleet.drivers.discover(fleet.sightings.heard, either),
    tellWhenSilent(around, fleet.sightings, either),
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

function timesOf(configuration: SporedConfiguration): LeaseTimes {
  return {
    durationMs: parseGoDuration(configuration.leaderElectLeaseDuration) ?? 0,
    renewTimeoutMs: parseGoDuration(configuration.leaderElectRenewDeadline) ?? 0,
    retryMs: parseGoDuration(configuration.leaderElectRetryPeriod) ?? 0,
  };
}

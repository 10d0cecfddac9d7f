import { join, resolve } from "node:path";
import { Registry } from "prom-client";
import { LiveNode } from "../api/live-node.ts";
import type { Key } from "../api/meta.ts";
import { type ApiServer, createApiServer } from "../apiserver/api-server.ts";
import { serviceAccountUser } from "../apiserver/authn/service-account-tokens.ts";
import { builtinKinds } from "../apiserver/builtin/kinds.ts";
import { openCredentials } from "../apiserver/credentials.ts";
import { inProcessTransport } from "../apiserver/in-process.ts";
import { listenHttps } from "../apiserver/listen.ts";
import { ownCrds } from "../apiserver/own-kinds.ts";

import { controllers, gitSyncs, mastersGroup, type User } from "../apiserver/user.ts";

import { type BlobStore, openBlobStore } from "../artifacts/blob-store.ts";
import { kindLookup } from "../cli/known-kinds.ts";
import { apiClient } from "../client/api-client.ts";
import type { Client } from "../client/client.ts";
import { measuredTransport } from "../client/measured-transport.ts";
import { objectApi } from "../client/object-api.ts";
import { LiveNodes } from "../drivers/live-nodes.ts";
import { Sightings } from "../drivers/sightings.ts";
import { addFleetFigures } from "../gateway/fleet-figures.ts";
import { serveHealth } from "../gateway/health-server.ts";
import { keepTree } from "../manifests/keep-tree.ts";
import { artifactCollector } from "../reconcilers/artifact-collector.ts";
import { eventExpiry } from "../reconcilers/event-expiry.ts";
import { Manager } from "../runtime/manager.ts";
import { openLmdbStore } from "../store/lmdb.ts";
import { ownDirectory } from "../store/own-directory.ts";
import { addControllers, addGitSync, addRecorder } from "./controllers.ts";
import { declareSync } from "./declared-sync.ts";
import { type Fleet, figuresOf, hearing, openFleet, tellWhenSilent } from "./fleet.ts";
import { healthChecks } from "./health-checks.ts";
import { healthSource } from "./health-source.ts";
import { endWhenBroken, runParts } from "./parts.ts";
import { addProcessFigures } from "./process-figures.ts";
import { storeFigures } from "./store-figures.ts";
import type { Surroundings } from "./surroundings.ts";

/** What this process itself asks of the API, `--manifests` and figures, it asks with the rights of who started it. */
const operator: User = { name: "system:spore-manifests", groups: [mastersGroup] };

/**
 * The whole control plane in one process: API server, store and, unless `--components` leaves them out, the controllers. Opens in order, runs until
 * `signal` aborts, closes in the opposite order.
 *
 * @throws SporeError `SPORE_PORT_TAKEN`, `SPORE_DATA_DIR_LOCKED`, `SPORE_DATA_DIR_UNUSABLE` also later, and others that name the flag to change.
 */
export async function runStandalone(around: Surroundings, signal: AbortSignal): Promise<void> {
  const { configuration, clock, random, log } = around;
  const dataDir = resolve(configuration.dataDir);
  await ownDirectory(dataDir, process.getuid?.());
  const registry = new Registry();
  addProcessFigures(registry, clock.now());
  const broken = new AbortController();
  const onBroken = (error: unknown) => broken.abort(error);
  const directory = join(dataDir, "store");
  await using store = await openLmdbStore({
    directory,
    clock,
    log,
    meter: storeFigures(registry, directory),
    onBroken,
  });
  const blobs = await openBlobStore(join(dataDir, "artifacts"), clock);
  const credentials = await openCredentials({ dataDir, clock, log });
  const fleet = configuration.components.includes("controllers") ? openFleet(around, registry) : undefined;
  // Who hears the devices serves the live figures.
  const kinds = builtinKinds.filter(({ kind }) => fleet !== undefined || kind.group !== LiveNode.group);

  const live = fleet?.live ?? new LiveNodes(clock, new Sightings(clock));
  let manager: Manager | undefined;
  const vitals = { broken: broken.signal, dataDir, manager: () => manager, listening: fleet?.listening };
  const checks = healthChecks(vitals);
  const identities = credentials.identities(store, random);
  await using server = await createApiServer({
    store,
    kinds,
    crds: ownCrds(),
    clock,
    random,
    log,
    live,
    identities,
    artifacts: blobs,
    metrics: registry,
    checks,
  });
  signal.addEventListener("abort", () => server.retire(), { once: true }); // while the controllers stop, before the listener closes
  const { apiBind: host, apiPort: port, tlsSan: names } = configuration;
  const access = { authority: credentials.authority, authenticator: identities };
  await using api = await listenHttps({ server, credentials: access, host, port, names, clock, log });
  const kubeconfig = await credentials.writeAdminKubeconfig(api.url);
  if (configuration.sync !== undefined) {
    const client = apiClient(inProcessTransport(server, operator), { clock, userAgent: "spored" });
    await declareSync({ flag: configuration.sync, pruneAll: configuration.pruneAll }, client, signal);
  }

  const work = assemble(around, { server, blobs, fleet, registry });
  manager = work;
  await using health = await serveHealth(
    configuration.gatewayPort,
    healthSource({ checks, registry, log }, signal),
    log,
  );
  const facts = { api: api.url, health: health.port, kubeconfig, ...(fleet && { hears: hearing(configuration) }) };
  const start = (either: AbortSignal) => [
    work.run(either),
    ...(fleet ? [fleet.drivers.discover(fleet.sightings.heard, either)] : []),
    ...(fleet ? [tellWhenSilent(around, fleet.sightings, either)] : []),
    keepManifests(around, server, either),
    endWhenBroken(broken.signal, either),
  ];
  try {
    await runParts({ start, ready: fleet?.listening ?? Promise.resolve(), facts }, around, signal);
  } finally {
    fleet?.sightings.stop(); // its next timer would keep the process alive, for up to a minute
  }
}

interface Parts {
  readonly server: ApiServer;
  readonly blobs: BlobStore;
  /** Undefined where only the API server runs. */
  readonly fleet: Fleet | undefined;
  readonly registry: Registry;
}

/** What must run beside every API server of our own, and the controllers. */
function assemble(around: Surroundings, { server, blobs, fleet, registry }: Parts): Manager {
  const { clock, random, log } = around;
  const transport = measuredTransport(inProcessTransport(server, controllers), "in-process", clock, registry);
  const direct = apiClient(transport, { clock, userAgent: "spored" });
  const manager = new Manager({ client: direct, clock, random, log, metrics: registry });
  const { client } = manager;
  const recorder = addRecorder(manager, around);
  manager.addRunnable(eventExpiry({ client, clock, log }));
  manager.addRunnable(artifactCollector({ client, blobs, clock, log }));
  if (fleet) {
    addControllers(manager, around, { blobs, fleet, recorder });
    addGitSync(manager, around, { blobs, recorder, builtins: builtinKinds, actAs: accountClient(around, server) });
    addFleetFigures(registry, figuresOf(fleet, manager));
  }
  return manager;
}

/** The API with the rights of a ServiceAccount, or of GitSyncs that name none. */
function accountClient({ clock }: Surroundings, server: ApiServer): (account: Key | undefined) => Client {
  return (account) => {
    const user = account === undefined ? gitSyncs : serviceAccountUser(account.namespace ?? "", account.name);
    return apiClient(inProcessTransport(server, user), { clock, userAgent: "spored" });
  };
}

async function keepManifests(
  { configuration, clock, random, log }: Surroundings,
  server: ApiServer,
  signal: AbortSignal,
): Promise<void> {
  if (configuration.manifests === undefined) return;
  const client = apiClient(inProcessTransport(server, operator), { clock, userAgent: "spored-manifests" });
  await keepTree(
    {
      directory: resolve(configuration.manifests),
      pruneAll: configuration.pruneAll,
      lookup: (apiVersion, kind) => kindLookup(server.kinds)(apiVersion, kind),
      kindOf: (group, name) => server.kinds.find(({ kind }) => kind.group === group && kind.kind === name)?.kind,
      api: objectApi(client, "spored-manifests", signal, (text) => log.warn({}, text)),
      log,
      clock,
      random,
    },
    signal,
  );
}

import { join } from "node:path";
import { sporedName } from "../api/controller-rules.ts";
import type { LiveSource } from "../api/live-source.ts";
import { createLiveServer } from "../apiserver/aggregated/live-server.ts";
import { openCertificateAuthority } from "../apiserver/certificate-authority.ts";
import type { HealthCheck } from "../apiserver/health.ts";
import { listenHttps } from "../apiserver/listen.ts";
import type { BlobStore } from "../artifacts/blob-store.ts";
import type { Client } from "../client/client.ts";
import { delegatedAccess } from "./delegated-access.ts";
import type { Surroundings } from "./surroundings.ts";

interface LiveListenerOptions {
  readonly around: Surroundings;
  /** To the API server that decides who may do what. */
  readonly client: Client;
  readonly namespace: string;
  readonly dataDir: string;
  readonly live: LiveSource;
  readonly artifacts: BlobStore | undefined;
  readonly checks: readonly HealthCheck[];
  readonly metrics: () => Promise<string>;
}

/** A listener that runs, and what clients must know to trust it. */
export interface LiveListener extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** PEM: who issued its certificate. */
  readonly authority: string;
}

/**
 * Serves `livenodes` and images where another server keeps the objects; who may ask for them is that server's word.
 *
 * @throws SporeError `SPORE_PORT_TAKEN`, `SPORE_DATA_DIR_UNUSABLE`.
 */
export async function listenLive(options: LiveListenerOptions, signal: AbortSignal): Promise<LiveListener> {
  const { around, client, namespace, dataDir, live, artifacts, checks, metrics } = options;
  const { configuration, clock, random, log } = around;
  const { authorize, authenticator } = delegatedAccess({ client, clock, log });
  const server = createLiveServer({ live, artifacts, authorize, checks, metrics, clock, random, log });
  signal.addEventListener("abort", () => server.retire(), { once: true }); // while the controllers stop, before the listener closes
  const authority = await openCertificateAuthority(join(dataDir, "pki"), clock);
  const { apiBind: host, apiPort: port, advertiseAddress, tlsSan } = configuration;
  const service = `${sporedName}.${namespace}.svc`; // as a Kubernetes API server asks for it
  const names = [...tlsSan, service, ...(advertiseAddress === undefined ? [] : [advertiseAddress])];
  const credentials = { authority, authenticator };
  const listener = await listenHttps({ server, credentials, host, port, names, clock, log });
  return {
    url: listener.url,
    port: listener.port,
    authority: authority.certificate,
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

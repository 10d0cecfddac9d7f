import { sporedName } from "../api/controller-rules.ts";
import type { Kind } from "../api/kind.ts";
import { LiveNode } from "../api/live-node.ts";
import type { Resource } from "../api/meta.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Client } from "../client/client.ts";
import type { Runnable } from "../runtime/manager.ts";

/** The part of a Service that says where it is served: Kubernetes' `discovery.k8s.io/v1`. */
interface EndpointSlice extends Resource {
  readonly addressType: "IPv4";
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly conditions: { readonly ready: true };
  }[];
  readonly ports: readonly { readonly name: string; readonly port: number; readonly protocol: "TCP" }[];
}

const EndpointSlice: Kind<EndpointSlice> = {
  group: "discovery.k8s.io",
  version: "v1",
  kind: "EndpointSlice",
  plural: "endpointslices",
  namespaced: true,
};

/** Tells a Kubernetes API server who serves a group of the API: `apiregistration.k8s.io/v1`. */
interface ApiService extends Resource {
  readonly spec: { readonly caBundle?: string };
}

const ApiService: Kind<ApiService> = {
  group: "apiregistration.k8s.io",
  version: "v1",
  kind: "APIService",
  plural: "apiservices",
  namespaced: false,
};

const apiServiceName = `${LiveNode.version}.${LiveNode.group}`;
/** Somebody may have changed or deleted what was published. */
const renewMs = 60_000;
/** What cannot be published now can perhaps soon. */
const retryMs = 5000;

interface Options {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly namespace: string;
  /** Where this process listens. */
  readonly address: string;
  readonly port: number;
  /** PEM: who issued the certificate that it shows there. */
  readonly authority: string;
}

/**
 * Tells a Kubernetes API server where the process listens that leads, so that `livenodes` and images can be had through it. The Service and the APIService are
 * made with the manifests; this fills in what only the process knows.
 */
export function publication(options: Options): Runnable {
  return {
    name: "publication",
    async run(signal) {
      let told = "";
      while (!signal.aborted) {
        const problem = await publish(options, signal);
        if (problem !== undefined && !signal.aborted && problem !== told)
          options.log.warn({ problem }, "livenodes and images are not served through the API server");
        told = problem ?? "";
        await sleep(options.clock, problem === undefined ? renewMs : retryMs, signal).catch(() => {}); // an abort ends the loop
      }
    },
  };
}

/** @returns what is in the way. */
async function publish(options: Options, signal: AbortSignal): Promise<string | undefined> {
  try {
    await putEndpoint(options, signal);
    await putAuthority(options, signal);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function putEndpoint({ client, namespace, address, port }: Options, signal: AbortSignal): Promise<void> {
  const key = { namespace, name: sporedName };
  const wanted = {
    addressType: "IPv4",
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: "https", port, protocol: "TCP" }],
  } as const;
  const found = await client.get(EndpointSlice, key, signal);
  if (found) {
    const isSame = found.endpoints[0]?.addresses[0] === address && found.ports[0]?.port === port;
    if (!isSame) await client.update(EndpointSlice, { ...found, ...wanted }, { signal });
    return;
  }
  const labels = { "kubernetes.io/service-name": sporedName, "endpointslice.kubernetes.io/managed-by": "spored" };
  await client.create(EndpointSlice, { metadata: { ...key, labels }, ...wanted }, { signal });
}

async function putAuthority({ client, authority }: Options, signal: AbortSignal): Promise<void> {
  const key = { name: apiServiceName };
  const caBundle = Buffer.from(authority).toString("base64");
  const found = await client.get(ApiService, key, signal);
  if (!found) {
    throw new SporeError("SPORE_NOT_FOUND", `there is no APIService ${apiServiceName}: apply manifests/kubernetes`);
  }
  if (found.spec.caBundle === caBundle) return;
  try {
    await client.patch(ApiService, key, { type: "merge", body: { spec: { caBundle } } }, { signal });
  } catch (error) {
    if (!isSporeError(error, "SPORE_CONFLICT")) throw error; // by the next round
  }
}

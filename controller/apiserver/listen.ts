import { createSecureServer, type Http2SecureServer } from "node:http2";
import { hostname, networkInterfaces } from "node:os";
import type { Clock, Timer } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { portTaken } from "../base/port-holder.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import type { ApiServer } from "./api-server.ts";
import type { Authenticator } from "./authn/authenticator.ts";
import { CredentialWatch } from "./authn/credential-watch.ts";
import type { CertificateAuthority } from "./certificate-authority.ts";
import { Connections, connectionLimits } from "./connections.ts";
import { serveExchange } from "./http-exchange.ts";

export interface ListenOptions {
  readonly server: ApiServer;
  readonly credentials: { readonly authority: CertificateAuthority; readonly authenticator: Authenticator };
  /** The IP address to bind. */
  readonly host: string;
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  /** Further names and addresses under which clients reach the server (`--tls-san`). */
  readonly names?: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** A listener that runs. Disposing of it ends watches cleanly, lets other requests finish for a moment, then closes. */
export interface Listener extends AsyncDisposable {
  readonly port: number;
  /** Where clients on this machine reach it. */
  readonly url: string;
}

const renewalCheckMs = 6 * 3600 * 1000;
/** A certificate is replaced this long before it runs out. */
const renewBeforeMs = 30 * 86_400_000;

/**
 * Serves the API over HTTPS, HTTP/2 and HTTP/1.1. The certificate is made at each start and renewed while the server runs.
 *
 * @throws SporeError `SPORE_PORT_TAKEN`; `SPORE_USAGE` when this machine does not have the address.
 */
export async function listenHttps(options: ListenOptions): Promise<Listener> {
  const { server, credentials, host, port, clock, log } = options;
  const names = namesOf(host, options.names ?? []);
  let identity = await credentials.authority.issueServer(names);
  const { authenticator } = credentials;
  const parts = { server, authenticator, credentials: new CredentialWatch({ authenticator, clock, log }), clock, log };
  const tls = {
    allowHTTP1: true,
    key: identity.key,
    cert: identity.certificate,
    // Whoever has a certificate shows it; whether it is worth anything is for the authenticator to say.
    requestCert: true,
    rejectUnauthorized: false,
    ...connectionLimits,
  };
  const listener = createSecureServer(tls, (incoming, outgoing) => void serveExchange({ incoming, outgoing }, parts));
  const connections = new Connections(listener, clock);
  await bind(listener, host, port);
  const renewal = every(clock, renewalCheckMs, log, async () => {
    if (identity.notAfterMs - clock.now() > renewBeforeMs) return;
    identity = await credentials.authority.issueServer(names);
    listener.setSecureContext({ key: identity.key, cert: identity.certificate });
    log.info({ notAfter: new Date(identity.notAfterMs).toISOString() }, "the certificate of the API was renewed");
  });
  const address = listener.address();
  const bound = typeof address === "object" && address !== null ? address.port : port;
  return {
    port: bound,
    url: `https://${urlHost(host)}:${bound}`,
    async [Symbol.asyncDispose]() {
      renewal.cancel();
      server.retire();
      const closed = connections.close();
      server.drain();
      await closed;
    },
  };
}

/** Under which names clients may reach a server bound to `host`. */
function namesOf(host: string, further: readonly string[]): readonly string[] {
  const wildcard = host === "0.0.0.0" || host === "::";
  const own = wildcard
    ? Object.values(networkInterfaces()).flatMap(
        (addresses) => addresses?.map(({ address }) => address.split("%")[0] ?? address) ?? [],
      )
    : [host];
  return [...new Set(["localhost", hostname().toLowerCase(), "127.0.0.1", "::1", ...own, ...further])];
}

function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}

async function bind(listener: Http2SecureServer, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen({ host, port }, () => {
        listener.off("error", reject);
        resolve();
      });
    });
  } catch (cause) {
    const code = systemErrorCode(cause);
    if (code === "EADDRINUSE") {
      const hint = "another spored or a Kubernetes server may hold it; choose another port with --api-port";
      throw await portTaken({ protocol: "tcp", address: host, port }, hint, cause);
    }
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      const hint = "give an address of this machine with --api-bind; 0.0.0.0 stands for all of them";
      throw new SporeError("SPORE_USAGE", `this machine does not have the address ${host}`, { hint }, { cause });
    }
    throw cause;
  }
}

/** Runs `work` again and again, also after it failed. */
function every(clock: Clock, periodMs: number, log: Logger, work: () => Promise<void>): Timer {
  let timer: Timer | undefined;
  let cancelled = false;
  const run = async () => {
    try {
      await work();
    } catch (error) {
      log.error({ err: error }, "the certificate of the API could not be renewed; it will be tried again");
    }
    if (!cancelled) arm();
  };
  const arm = () => {
    timer = clock.after(periodMs, () => void run());
  };
  arm();
  return {
    cancel() {
      cancelled = true;
      timer?.cancel();
    },
  };
}

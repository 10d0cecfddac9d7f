import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readAdminToken } from "../../controller/apiserver/admin-kubeconfig.ts";
import type { ApiServer } from "../../controller/apiserver/api-server.ts";
import { type Credentials, openCredentials } from "../../controller/apiserver/credentials.ts";
import { type Listener, listenHttps } from "../../controller/apiserver/listen.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { type ServerParts, testServer } from "./api-server.ts";

/** A server on a socket, with credentials in a directory of its own. */
export interface HttpsServer extends AsyncDisposable {
  readonly api: ApiServer;
  readonly listener: Listener;
  readonly credentials: Credentials;
  readonly kubeconfig: string;
  readonly token: string;
  readonly dataDir: string;
}

export async function httpsServer(parts: ServerParts & { readonly host?: string } = {}): Promise<HttpsServer> {
  const dataDir = await mkdtemp(join(tmpdir(), "spore-https-"));
  const clock = parts.clock ?? systemClock;
  const api = await testServer(parts);
  const credentials = await openCredentials({ dataDir, clock, log: silentLogger });
  const host = parts.host ?? "127.0.0.1";
  const listener = await listenHttps({
    server: api,
    credentials,
    host,
    port: 0,
    clock: systemClock,
    log: parts.log ?? silentLogger,
  });
  const kubeconfig = await credentials.writeAdminKubeconfig(listener.url);
  const token = (await readAdminToken(kubeconfig)) ?? "";
  return {
    api,
    listener,
    credentials,
    kubeconfig,
    token,
    dataDir,
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
      await rm(dataDir, { recursive: true });
    },
  };
}

import { readAdminToken } from "../../controller/apiserver/admin-kubeconfig.ts";
import type { ApiServer } from "../../controller/apiserver/api-server.ts";
import { type Credentials, openCredentials } from "../../controller/apiserver/credentials.ts";
import { type Listener, listenHttps } from "../../controller/apiserver/listen.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { type ServerParts, testServer } from "./api-server.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Who a server is and who its administrator is, in a directory of their own. Making an authority takes a while, so many servers may share one. */
export interface TestIdentity extends AsyncDisposable {
  readonly credentials: Credentials;
  readonly dataDir: string;
  readonly token: string;
}

export async function testIdentity(): Promise<TestIdentity> {
  const directory = await temporaryDirectory();
  const dataDir = directory.path;
  const credentials = await openCredentials({ dataDir, clock: systemClock, log: silentLogger });
  const kubeconfig = await credentials.writeAdminKubeconfig("https://127.0.0.1:1");
  const token = (await readAdminToken(kubeconfig)) ?? "";
  return { credentials, dataDir, token, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
}

/** A server on a socket of loopback. */
export interface HttpsServer extends AsyncDisposable {
  readonly api: ApiServer;
  readonly listener: Listener;
  /** For kubectl and the like. */
  readonly kubeconfig: string;
}

export async function httpsServer(identity: TestIdentity, parts: ServerParts = {}): Promise<HttpsServer> {
  const { credentials } = identity;
  const { clock = systemClock, log = silentLogger } = parts;
  const api = await testServer(parts);
  const listener = await listenHttps({ server: api, credentials, host: "127.0.0.1", port: 0, clock, log });
  return {
    api,
    listener,
    kubeconfig: await credentials.writeAdminKubeconfig(listener.url),
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]();
      await api[Symbol.asyncDispose]();
    },
  };
}

import { readAdminToken } from "../../controller/apiserver/admin-kubeconfig.ts";
import type { ApiServer } from "../../controller/apiserver/api-server.ts";
import { type Credentials, openCredentials } from "../../controller/apiserver/credentials.ts";
import { type Listener, type ListenOptions, listenHttps } from "../../controller/apiserver/listen.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { seededRandom } from "../../controller/base/random.ts";
import { openMemoryStore } from "../../controller/store/memory.ts";
import { type ServerParts, testServer } from "./api-server.ts";
import { temporaryDirectory } from "./temporary-directory.ts";

/** Who a server is and who its administrator is, in a directory of their own. Making an authority takes a while, so many servers may share one. */
export interface TestIdentity extends AsyncDisposable {
  readonly credentials: Credentials;
  readonly dataDir: string;
  readonly token: string;
  /** For a listener over a server without service accounts. */
  readonly access: ListenOptions["credentials"];
}

export async function testIdentity(): Promise<TestIdentity> {
  const directory = await temporaryDirectory();
  const dataDir = directory.path;
  const credentials = await openCredentials({ dataDir, clock: systemClock, log: silentLogger });
  const kubeconfig = await credentials.writeAdminKubeconfig("https://127.0.0.1:1");
  const token = (await readAdminToken(kubeconfig)) ?? "";
  const nothing = openMemoryStore({ clock: systemClock });
  const access = { authority: credentials.authority, authenticator: credentials.identities(nothing, seededRandom(4)) };
  return { credentials, dataDir, token, access, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
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
  const store = parts.store ?? openMemoryStore({ clock });
  const identities = credentials.identities(store, seededRandom(3));
  const api = await testServer({ ...parts, store, identities });
  const access = { authority: credentials.authority, authenticator: identities };
  const listener = await listenHttps({ server: api, credentials: access, host: "127.0.0.1", port: 0, clock, log });
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

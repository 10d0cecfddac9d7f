import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inProcessTransport } from "../../../controller/apiserver/in-process.ts";
import { Asker, admin, configMap, urls } from "../../support/api-server.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../../support/https-server.ts";
import { binding, rbacRoot } from "../../support/rbac.ts";

const hourMs = 3_600_000;
const watching = `${urls.configMaps}?watch=1`;

interface Stream {
  readonly status: number;
  /** Resolves when the server has ended it in an orderly way. */
  readonly ended: Promise<void>;
}

describe("an open watch", () => {
  let identity: TestIdentity;
  let server: HttpsServer;
  const origin = () => server.listener.url;
  const ca = () => identity.credentials.authority.certificate;

  beforeAll(async () => {
    identity = await testIdentity();
    server = await httpsServer(identity);
    const ask = new Asker(inProcessTransport(server.api, admin));
    const subjects = ["User/alice", "User/bob", "ServiceAccount/default/bot"];
    const bound = binding("ClusterRoleBinding", "viewers", "ClusterRole/view", subjects);
    await ask.post(`${rbacRoot}/clusterrolebindings`, bound);
    await ask.post(urls.configMaps, configMap("a"));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await identity[Symbol.asyncDispose]();
  });

  const overHttp1 = (headers: Record<string, string>, tls: object = {}) =>
    new Promise<Stream>((resolve, reject) => {
      const sent = request(`${origin()}${watching}`, { headers, ca: ca(), agent: false, ...tls }, (answer) => {
        const ended = new Promise<void>((over) => answer.on("end", over).resume());
        resolve({ status: answer.statusCode ?? 0, ended });
      });
      sent.on("error", reject).end();
    });

  it("over HTTP/1.1 ends when its token is taken back, and another goes on", async () => {
    const [taken, kept] = [
      await identity.credentials.users.addToken("alice", []),
      await identity.credentials.users.addToken("bob", []),
    ];
    const [first, second] = [
      await overHttp1({ authorization: `Bearer ${taken}` }),
      await overHttp1({ authorization: `Bearer ${kept}` }),
    ];
    expect([first.status, second.status]).toEqual([200, 200]);
    let secondEnded = false;
    void second.ended.then(() => {
      secondEnded = true;
    });
    await identity.credentials.users.change((records) => ({
      ...records,
      tokens: records.tokens.filter(({ user }) => user !== "alice"),
    }));
    await first.ended;
    expect(secondEnded).toBe(false);
    expect((await overHttp1({ authorization: `Bearer ${taken}` })).status).toBe(401);
    await identity.credentials.users.change((records) => ({
      ...records,
      tokens: records.tokens.filter(({ user }) => user !== "bob"),
    }));
    await second.ended;
  });

  it("over HTTP/2 ends when the user of its certificate is revoked", async () => {
    const { certificate: cert, key } = await identity.credentials.authority.issueClient(
      { user: "bob", groups: [] },
      hourMs,
    );
    const session = connectHttp2(origin(), { ca: ca(), cert, key });
    const stream = session.request({ ":path": watching });
    const status = await new Promise((resolve) => stream.on("response", (headers) => resolve(headers[":status"])));
    expect(status).toBe(200);
    const ended = new Promise<void>((over) => stream.on("end", over).resume());
    const revocation = { user: "bob", atMs: Date.now() };
    await identity.credentials.users.change((records) => ({ ...records, revocations: [revocation] }));
    await ended;
    expect((await overHttp1({}, { cert, key })).status).toBe(401);
    session.close();
  });

  it("ends when its service account is deleted", async () => {
    const ask = new Asker(inProcessTransport(server.api, admin));
    const accounts = "/api/v1/namespaces/default/serviceaccounts";
    await ask.post(accounts, { metadata: { name: "bot" } });
    const { token } = (await ask.post(`${accounts}/bot/token`, {})).json.status;
    const stream = await overHttp1({ authorization: `Bearer ${token}` });
    expect(stream.status).toBe(200);
    await ask.delete(`${accounts}/bot`);
    await stream.ended;
  });
});

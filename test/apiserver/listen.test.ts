import { createHash } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { connect as connectHttp2, constants } from "node:http2";
import { Agent, get, request } from "node:https";
import { connect, createServer } from "node:net";
import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listenHttps } from "../../controller/apiserver/listen.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { apiServerContract } from "../contract/api-server.ts";
import { Asker, testServer, urls } from "../support/api-server.ts";
import { httpsServer, type TestIdentity, testIdentity } from "../support/https-server.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { rawHttps } from "../support/raw-https.ts";

let identity: TestIdentity;
beforeAll(async () => {
  identity = await testIdentity();
});
afterAll(() => identity[Symbol.asyncDispose]());

const ca = () => identity.credentials.authority.certificate;

apiServerContract("over HTTPS", async () => {
  const server = await httpsServer(identity);
  const transport = rawHttps(server.listener, ca(), identity.token);
  return { transport, close: () => server[Symbol.asyncDispose]() };
});

describe("the HTTPS listener", () => {
  it("lets nobody in without a token, except to what everybody may know", async () => {
    await using server = await httpsServer(identity);
    const asAnybody = new Asker(rawHttps(server.listener, ca(), undefined));
    expect((await asAnybody.get("/version")).json.gitVersion).toMatch(/^v1\.32\.\d+\+spore\.\d+$/);
    expect((await asAnybody.get("/healthz")).text).toBe("ok");
    for (const path of [urls.nodes, "/apis", "/openapi/v2", "/metrics", `/artifacts/sha256/${"a".repeat(64)}`]) {
      const { status, json } = await asAnybody.get(path);
      expect([path, status, json.reason]).toEqual([path, 401, "Unauthorized"]);
    }
    const asImpostor = new Asker(rawHttps(server.listener, ca(), "spore_guessed"));
    expect((await asImpostor.get("/version")).json).toMatchObject({
      kind: "Status",
      code: 401,
      message: "Unauthorized",
    });
  });

  it("answers HEAD without a body, and other methods with a Status", async () => {
    await using server = await httpsServer(identity);
    const transport = rawHttps(server.listener, ca(), identity.token);
    const head = await new Asker((request) => transport(request, "HEAD")).get("/version");
    expect([head.status, head.text, Number(head.headers["content-length"]) > 50]).toEqual([200, "", true]);
    const options = await new Asker((request) => transport(request, "OPTIONS")).get("/version");
    expect([options.status, options.json.reason]).toEqual([405, "MethodNotAllowed"]);
  });

  it("speaks HTTP/2, a watch and a write on one connection", async () => {
    await using server = await httpsServer(identity);
    const session = connectHttp2(server.listener.url, { ca: ca() });
    const authorization = `Bearer ${identity.token}`;
    const watch = session.request({ ":path": `${urls.configMaps}?watch=true`, authorization });
    const post = session.request({ ":method": "POST", ":path": urls.configMaps, authorization });
    post.end(JSON.stringify({ metadata: { name: "a" } }));
    const [line = ""] = await firstChunk(watch);
    expect(JSON.parse(line)).toMatchObject({ type: "ADDED", object: { metadata: { name: "a" } } });
    session.destroy();
  });

  it("sends an HTTP/1.1 body without waiting for the head to be acknowledged", async () => {
    await using server = await httpsServer(identity);
    const agent = new Agent({ ca: ca(), keepAlive: true, maxSockets: 1 });
    const tookMs: number[] = [];
    for (let round = 0; round < 20; round++) {
      const startMs = systemClock.monotonic();
      await new Promise<void>((resolve, reject) => {
        get(`${server.listener.url}/version`, { agent }, (response) => response.resume().on("end", resolve)).on(
          "error",
          reject,
        );
      });
      tookMs.push(systemClock.monotonic() - startMs);
    }
    agent.destroy();
    // A kernel acknowledges the first packets of a connection at once, and later ones after 40 ms.
    expect(Math.min(...tookMs.slice(10))).toBeLessThan(35);
  });

  it("gets rid of an upload that nobody needs, on HTTP/2 too", async () => {
    await using server = await httpsServer(identity);
    const image = Buffer.alloc(8 * 1024 * 1024, 7);
    const path = `/artifacts/sha256/${createHash("sha256").update(image).digest("hex")}`;
    const session = connectHttp2(server.listener.url, { ca: ca() });
    const statuses: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      const put = session.request({ ":method": "PUT", ":path": path, authorization: `Bearer ${identity.token}` });
      put.once("response", (headers) => statuses.push(headers[":status"]));
      put.resume();
      const closed = new Promise((resolve) => put.once("close", resolve));
      put.end(image);
      await closed;
    }
    expect(statuses).toEqual([201, 200]);
    session.destroy();
  });

  it("ends open watches cleanly when it closes, on both protocols, at once", async () => {
    const server = await httpsServer(identity, { clock: new ManualClock() }); // its grace would never be over
    const watch = await new Asker(rawHttps(server.listener, ca(), identity.token)).watch(`${urls.namespaces}?watch=1`);
    const session = connectHttp2(server.listener.url, { ca: ca() });
    const stream = session.request({
      ":path": `${urls.namespaces}?watch=1`,
      authorization: `Bearer ${identity.token}`,
    });
    expect(await watch.take(2)).toEqual(["ADDED default", "ADDED kube-system"]);
    await firstChunk(stream);
    const ended = new Promise<number>((resolve) => stream.on("close", () => resolve(stream.rstCode)));
    stream.resume();
    await server[Symbol.asyncDispose]();
    expect(await watch.next()).toBeUndefined();
    expect(await ended).toBe(constants.NGHTTP2_NO_ERROR);
  });

  it("closes at once although a client means to keep the connection of its watch", async () => {
    const server = await httpsServer(identity, { clock: new ManualClock() });
    const agent = new Agent({ keepAlive: true, ca: ca() });
    const headers = { authorization: `Bearer ${identity.token}` };
    const sent = request(`${server.listener.url}${urls.namespaces}?watch=1`, { agent, headers }).end();
    const [response]: IncomingMessage[] = await once(sent, "response");
    response?.resume();
    await once(response ?? sent, "data");
    await server[Symbol.asyncDispose]();
    agent.destroy();
  });

  it("closes although a client has connected and says nothing", async () => {
    const clock = new ManualClock();
    const server = await httpsServer(identity, { clock });
    const socket = connect(server.listener.port, "127.0.0.1").resume();
    const hungUp = once(socket, "close");
    await once(socket, "connect");
    const ask = new Asker(rawHttps(server.listener, ca(), identity.token));
    await ask.get("/livez"); // so the server has accepted that one, too
    const closed = server[Symbol.asyncDispose]();
    await clock.advance(2000);
    await closed;
    await hungUp;
  });

  it("closes although a client never reads its watch", async () => {
    const server = await httpsServer(identity);
    const socket = connectTls({ host: "127.0.0.1", port: server.listener.port, ca: ca() });
    await new Promise((resolve) => socket.once("secureConnect", resolve));
    socket.on("error", () => {}); // it is cut off with something unread
    socket.pause();
    socket.write(
      `GET ${urls.namespaces}?watch=1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${identity.token}\r\n\r\n`,
    );
    await server[Symbol.asyncDispose]();
    socket.destroy();
  });

  it("survives what is no HTTP and no TLS", async () => {
    await using server = await httpsServer(identity);
    const socket = connectTls({ host: "127.0.0.1", port: server.listener.port, ca: ca() });
    socket.on("error", () => {}); // the server hangs up, as it should
    socket.resume();
    socket.write("\u0000\u0001\u0002 rubbish\r\n\r\n");
    await new Promise((resolve) => socket.once("close", resolve));
    const ask = new Asker(rawHttps(server.listener, ca(), identity.token));
    expect((await ask.get("/readyz")).text).toBe("ok");
  });

  it("has a certificate for the names that it was given", async () => {
    await using api = await testServer();
    const names = ["spore.example", "192.0.2.7"];
    const credentials = identity.access;
    const log = silentLogger;
    await using listener = await listenHttps({
      server: api,
      credentials,
      host: "127.0.0.1",
      port: 0,
      names,
      clock: systemClock,
      log,
    });
    const socket = connectTls({ host: "127.0.0.1", port: listener.port, ca: ca(), servername: "spore.example" });
    await new Promise((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    const { subjectaltname } = socket.getPeerCertificate();
    for (const name of ["DNS:localhost", "DNS:spore.example", "IP Address:127.0.0.1", "IP Address:192.0.2.7"]) {
      expect(subjectaltname).toContain(name);
    }
    socket.destroy();
  });

  it("names a port that is taken and an address that is not there", async () => {
    await using api = await testServer();
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const options = { server: api, credentials: identity.access, clock: systemClock, log: silentLogger };
    await expect(listenHttps({ ...options, host: "127.0.0.1", port })).rejects.toMatchObject({
      code: "SPORE_PORT_TAKEN",
      message: expect.stringContaining(process.platform === "linux" ? `(process ${process.pid})` : "is taken"),
    });
    await expect(listenHttps({ ...options, host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
      code: "SPORE_USAGE",
    });
    taken.close();
  });
});

async function firstChunk(
  stream: AsyncIterable<Uint8Array> & { once(event: "data", listener: (chunk: Buffer) => void): unknown },
) {
  const chunk = await new Promise<Buffer>((resolve) => stream.once("data", resolve));
  return chunk.toString("utf8").split("\n");
}

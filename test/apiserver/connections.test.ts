import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { request } from "node:https";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Asker, configMap, urls } from "../support/api-server.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../support/https-server.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { rawHttps } from "../support/raw-https.ts";

let identity: TestIdentity;
beforeAll(async () => {
  identity = await testIdentity();
});
afterAll(() => identity[Symbol.asyncDispose]());

const ca = () => identity.credentials.authority.certificate;
const bearer = () => `Bearer ${identity.token}`;

/** Types of HTTP/2 frames (RFC 9113, 6). */
const frames = { headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, continuation: 9 } as const;

function frame(type: number, flags: number, stream: number, payload: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Of the whole frames in `bytes`. */
function typesOf(bytes: Buffer): readonly number[] {
  const types: number[] = [];
  for (let at = 0; at + 9 <= bytes.byteLength; at += 9 + bytes.readUIntBE(at, 3)) types.push(bytes.readUInt8(at + 3));
  return types;
}

/** GET https://x/version, with HPACK's static table and one literal. */
const getVersion = Buffer.concat([
  Buffer.from([0x82, 0x87, 0x04, 8]),
  Buffer.from("/version"),
  Buffer.from([0x41, 1, 0x78]),
]);
const endStream = 1;
const endHeaders = 4;

/** A client that speaks HTTP/2 by hand, and so can say what no library would. */
async function rawHttp2(server: HttpsServer): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port: server.listener.port, ca: ca(), ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  socket.on("error", () => {}); // the server hangs up, as it should
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  socket.write(frame(frames.settings, 0, 0));
  return socket;
}

/** Writes what `next` gives until the server hangs up. */
async function flood(socket: TLSSocket, most: number, next: (index: number) => Buffer): Promise<boolean> {
  const closed = new Promise<true>((resolve) => socket.once("close", () => resolve(true)));
  for (let index = 0; index < most && !socket.destroyed; index++) {
    if (socket.write(next(index))) continue;
    await Promise.race([closed, new Promise((resolve) => socket.once("drain", resolve))]);
  }
  const patience = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 3000));
  return Promise.race([closed, patience]);
}

/** Streams share the window of their connection, so that a line may come in parts. */
function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    stream.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) resolve(text);
    });
  });
}

async function isWell(server: HttpsServer): Promise<boolean> {
  const ask = new Asker(rawHttps(server.listener, ca(), identity.token));
  return (await ask.get("/readyz")).text === "ok";
}

describe("connections of HTTP/2", () => {
  it("are given notice when streams are opened only to be reset", async () => {
    await using server = await httpsServer(identity);
    const socket = await rawHttp2(server);
    const heard: Buffer[] = [];
    const notice = new Promise<void>((resolve) => {
      socket.on("data", (chunk: Buffer) => {
        heard.push(chunk);
        if (typesOf(Buffer.concat(heard)).includes(frames.goaway)) resolve();
      });
    });
    const cancel = Buffer.from([0, 0, 0, 8]);
    for (let stream = 1; stream < 20_000; stream += 2) {
      socket.write(frame(frames.headers, endStream | endHeaders, stream, getVersion));
      socket.write(frame(frames.reset, 0, stream, cancel));
    }
    await notice;
    expect(await isWell(server)).toBe(true);
    socket.destroy();
  });

  it.each([
    ["settings", () => frame(frames.settings, 0, 0, Buffer.from([0, 3, 0, 0, 0, 100]))],
    ["pings", () => frame(frames.ping, 0, 0, Buffer.alloc(8))],
  ])("end when %s come and nobody reads the answers", async (_, each) => {
    await using server = await httpsServer(identity);
    const socket = await rawHttp2(server);
    socket.pause();
    const many = Buffer.concat(Array.from({ length: 1000 }, each));
    const before = process.memoryUsage().rss;
    await flood(socket, 400, () => many);
    expect(await isWell(server)).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
    socket.destroy();
  });

  it("end when headers have no end", async () => {
    await using server = await httpsServer(identity);
    const socket = await rawHttp2(server);
    socket.resume();
    socket.write(frame(frames.headers, 0, 1, getVersion));
    // A literal header field of 4 KiB, never indexed, again and again.
    const field = Buffer.concat([Buffer.from([0x10, 1, 0x61, 0x7f, 0x81, 0x1f]), Buffer.alloc(4096, "b")]);
    const hungUp = await flood(socket, 5000, () => frame(frames.continuation, 0, 1, field));
    expect([hungUp, await isWell(server)]).toEqual([true, true]);
  });

  it("have 1,000 streams at the most", async () => {
    await using server = await httpsServer(identity);
    const session = connectHttp2(server.listener.url, { ca: ca() });
    await once(session, "remoteSettings");
    expect(session.remoteSettings.maxConcurrentStreams).toBe(1000);
    session.destroy();
  });

  it("are closed after two minutes in which nobody asked for anything", async () => {
    const clock = new ManualClock();
    await using server = await httpsServer(identity, { clock });
    const session = connectHttp2(server.listener.url, { ca: ca() });
    await once(session, "remoteSettings");
    const watch = session.request({ ":path": `${urls.namespaces}?watch=1`, authorization: bearer() });
    await once(watch, "data");
    await clock.advance(130_000);
    await isWell(server);
    expect(session.closed).toBe(false);
    watch.close();
    await once(watch, "close");
    await isWell(server); // so the server has heard of it
    const closed = once(session, "close");
    await clock.advance(120_000);
    await closed;
  });

  it("carry 300 watches, each of which sees a write", async () => {
    await using server = await httpsServer(identity);
    const session = connectHttp2(server.listener.url, { ca: ca() });
    const path = `${urls.configMaps}?watch=1`;
    const streams = Array.from({ length: 300 }, () => session.request({ ":path": path, authorization: bearer() }));
    await Promise.all(streams.map((stream) => once(stream, "response")));
    const seen = Promise.all(streams.map(firstLine));
    const ask = new Asker(rawHttps(server.listener, ca(), identity.token));
    await ask.post(urls.configMaps, configMap("seen"));
    expect(new Set((await seen).map((line) => JSON.parse(line).object.metadata.name))).toEqual(new Set(["seen"]));
    session.destroy();
  });
});

describe("connections of HTTP/1.1", () => {
  it("are told when the head of a request is too large", async () => {
    await using server = await httpsServer(identity);
    const headers = { "x-large": "x".repeat(40_000) };
    const sent = request(`${server.listener.url}/version`, { ca: ca(), headers, agent: false }).end();
    const [response] = await once(sent, "response");
    response.resume();
    expect(response.statusCode).toBe(431);
  });
});

describe("a client that does not read", () => {
  it.each(["HTTP/1.1", "HTTP/2"])("is cut off from its watch after 30 s, over %s", async (protocol) => {
    const clock = new ManualClock();
    await using server = await httpsServer(identity, { clock });
    const path = `${urls.configMaps}?watch=1`;
    const socket = connectTls({
      host: "127.0.0.1",
      port: server.listener.port,
      ca: ca(),
      ALPNProtocols: [protocol === "HTTP/2" ? "h2" : "http/1.1"],
    });
    socket.on("error", () => {}); // it is cut off
    await once(socket, "secureConnect");
    const session =
      protocol === "HTTP/2" ? connectHttp2(server.listener.url, { createConnection: () => socket }) : undefined;
    session?.on("error", () => {});
    const stream = session?.request({ ":path": path, authorization: bearer() });
    stream?.on("error", () => {});
    const isOver = once(stream ?? socket, "close");
    if (stream) await once(stream, "response");
    else socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${bearer()}\r\n\r\n`);
    if (!stream) await once(socket, "readable");
    const ask = new Asker(rawHttps(server.listener, ca(), identity.token));
    // More than the buffers of both kernels and both processes.
    for (let round = 0; round < 24; round++) {
      await ask.post(urls.configMaps, configMap(`large-${round}`, { text: "x".repeat(900_000) }));
    }
    for (let round = 0; round < 4; round++) {
      await new Promise((resolve) => setTimeout(resolve, 30)); // the kernels pass on what they hold
      await clock.advance(10_000);
    }
    (stream ?? socket).resume();
    await isOver;
    session?.destroy();
    socket.destroy();
  });
});

describe("a listener that closes", () => {
  it("fails its readiness first, and lets a request that is under way finish", async () => {
    const server = await httpsServer(identity);
    const ask = new Asker(rawHttps(server.listener, ca(), identity.token));
    const headers = { authorization: bearer(), "content-type": "application/json" };
    const url = `${server.listener.url}${urls.configMaps}`;
    const sent = request(url, { method: "POST", ca: ca(), headers, agent: false });
    const body = JSON.stringify(configMap("late"));
    sent.write(body.slice(0, 10));
    await once(sent, "socket");
    await ask.get("/livez"); // the server has had time to hear of the first one
    server.api.retire();
    expect((await ask.get("/readyz")).status).toBe(500);
    expect((await ask.get("/livez")).status).toBe(200);
    const closed = server[Symbol.asyncDispose]();
    await new Promise((resolve) => setImmediate(resolve));
    sent.end(body.slice(10));
    const [response] = await once(sent, "response");
    response.resume();
    expect(response.statusCode).toBe(201);
    await closed;
  });

  it("does not wait for connections that have nothing to do", async () => {
    const server = await httpsServer(identity, { clock: new ManualClock() }); // its grace would never be over
    const silent = connect(server.listener.port, "127.0.0.1").resume();
    const idle = connectTls({ host: "127.0.0.1", port: server.listener.port, ca: ca() }).resume();
    const session = connectHttp2(server.listener.url, { ca: ca() });
    for (const each of [silent, idle, session]) each.on("error", () => {});
    await Promise.all([once(silent, "connect"), once(idle, "secureConnect"), once(session, "remoteSettings")]);
    const gone = [silent, idle, session].map((each) => once(each, "close"));
    await server[Symbol.asyncDispose]();
    await Promise.all(gone);
  });
});

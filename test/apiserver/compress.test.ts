import { once } from "node:events";
import { connect } from "node:http2";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ApiResponse } from "../../controller/api/transport.ts";
import { compressLong } from "../../controller/apiserver/compress.ts";
import { jsonReply, liveReply, streamReply } from "../../controller/apiserver/reply.ts";
import { Asker, configMap, urls } from "../support/api-server.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../support/https-server.ts";
import { rawHttps } from "../support/raw-https.ts";

const long = JSON.stringify({ items: Array.from({ length: 20_000 }, (_, index) => `item ${index}`) });

async function read({ body }: ApiResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* pieces(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 50_000) yield Buffer.from(text.slice(at, at + 50_000));
}

const json = { "content-type": "application/json" };

describe("compressLong", () => {
  it.each([
    ["one with a length", () => jsonReply(200, long)],
    ["one that comes in pieces", () => streamReply(200, pieces(long), json)],
  ])("packs a long answer, %s", async (_, reply) => {
    const { headers, ...packed } = await compressLong(reply(), "br, gzip");
    expect(headers).toEqual({ ...json, "content-encoding": "gzip", vary: "accept-encoding" });
    const bytes = await read({ headers, ...packed });
    expect(gunzipSync(bytes).toString()).toBe(long);
    expect(bytes.byteLength).toBeLessThan(long.length / 3);
  });

  it.each([
    ["to a client that does not take it", () => jsonReply(200, long), "deflate"],
    ["to one that refuses it", () => jsonReply(200, long), "gzip;q=0, *;q=1"],
    ["to one that says nothing", () => jsonReply(200, long), undefined],
    ["a short answer", () => jsonReply(200, "{}"), "gzip"],
    ["a short one in pieces", () => streamReply(200, pieces("[1,2]"), json), "gzip"],
    ["an error", () => jsonReply(500, long), "gzip"],
    ["a watch", () => liveReply(pieces(long), json), "gzip"],
    ["an image", () => streamReply(200, pieces(long), { "content-type": "application/octet-stream" }), "gzip"],
  ])("sends as it is: %s", async (_, reply, accept) => {
    const sent = await compressLong(reply(), accept);
    expect(sent.headers).toEqual(reply().headers);
    expect(await read(sent)).toEqual(await read(reply()));
  });

  it("tells the reader when the body breaks, and the body when the reader leaves", async () => {
    let isOver = false;
    async function* breaking(): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(long);
        throw new TypeError("torn");
      } finally {
        isOver = true;
      }
    }
    await expect(read(await compressLong(streamReply(200, breaking(), json), "gzip"))).rejects.toThrow("torn");
    isOver = false;
    const left = await compressLong(streamReply(200, breaking(), json), "gzip");
    for await (const _chunk of left.body) break;
    await expect.poll(() => isOver).toBe(true);
  });
});

describe("a long list over HTTPS", () => {
  let identity: TestIdentity;
  let server: HttpsServer;
  beforeAll(async () => {
    identity = await testIdentity();
    server = await httpsServer(identity);
    const ask = new Asker(rawHttps(server.listener, identity.credentials.authority.certificate, identity.token));
    for (const name of ["a", "b"]) await ask.post(urls.configMaps, configMap(name, { text: "x".repeat(100_000) }));
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await identity[Symbol.asyncDispose]();
  });

  it("is the same packed and plain, over HTTP/1.1 and HTTP/2", async () => {
    const ca = identity.credentials.authority.certificate;
    const transport = rawHttps(server.listener, ca, identity.token);
    const open = (headers: Record<string, string>) =>
      new Asker(transport).open("GET", urls.configMaps, { headers }, new AbortController().signal);
    const [plain, packed] = [await open({}), await open({ "accept-encoding": "gzip" })];
    const text = (await read(plain)).toString();
    expect([plain.headers["content-encoding"], packed.headers["content-encoding"]]).toEqual([undefined, "gzip"]);
    expect(gunzipSync(await read(packed)).toString()).toBe(text);

    const session = connect(server.listener.url, { ca });
    const authorization = `Bearer ${identity.token}`;
    const stream = session.request({ ":path": urls.configMaps, authorization, "accept-encoding": "gzip" });
    const [headers] = await once(stream, "response");
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect([headers["content-encoding"], gunzipSync(Buffer.concat(chunks)).toString()]).toEqual(["gzip", text]);
    session.destroy();
  });
});

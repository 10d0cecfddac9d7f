import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Transport } from "../../../controller/api/transport.ts";
import { Asker, admin, configMap, urls } from "../../support/api-server.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../../support/https-server.ts";
import { isLongRun } from "../../support/long-run.ts";
import { rawHttps } from "../../support/raw-https.ts";
import { Dice } from "./dice.ts";
import { type FuzzedRequest, someRequest } from "./requests.ts";

const requests = isLongRun ? 1_000_000 : 100_000;
const seed = Number(process.env.SPORE_FUZZ_SEED ?? 20261121);
/** This many go over a socket, with TLS. */
const onSocketShare = 0.003;
/** No request may keep the processor longer; what is slow is told with its seed. */
const cpuMaxMs = 3000;
/** Histories and caches fill up at first; after that, the heap may grow by so much. */
const growthMaxBytes = 64 * 1024 * 1024;
const warmUpShare = 0.3;

function liveHeap(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
  return process.memoryUsage().heapUsed;
}

describe(`a server under ${requests} requests at random`, () => {
  let identity: TestIdentity;
  let server: HttpsServer;
  beforeAll(async () => {
    identity = await testIdentity();
    server = await httpsServer(identity);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await identity[Symbol.asyncDispose]();
  });

  it("answers every one, none with an error of its own, soon, and holds on to nothing", {
    timeout: 3_600_000,
  }, async () => {
    const inProcess: Transport = (request) => server.api.handle(request, admin);
    const { certificate } = identity.credentials.authority;
    const onSocket: Transport = rawHttps(server.listener, certificate, identity.token);
    const statuses = new Map<number, number>();
    let settled = 0;
    for (let index = 0; index < requests; index++) {
      const dice = new Dice(seed + index);
      const request = someRequest(dice);
      const began = process.cpuUsage();
      // What no client can write into a request line reaches the handler alone.
      const isWritable = /^[\x21-\x7e]*$/.test(request.path);
      const transport = isWritable && dice.chance(onSocketShare) ? onSocket : inProcess;
      const { status, text } = await answered(transport, request).catch((error: unknown) => ({
        status: 599, // an answer that breaks off is the worst of answers
        text: String(error),
      }));
      const { user, system } = process.cpuUsage(began);
      const shown = () =>
        `SPORE_FUZZ_SEED=${seed}, request ${index}: ${request.method} ${request.path}?${request.query}\n${JSON.stringify(request.headers)} ${String(request.body).slice(0, 4000)}\n→ ${text.slice(0, 1000)}`;
      if (status >= 500) expect.fail(`answered with ${status}: ${shown()}`);
      if ((user + system) / 1000 > cpuMaxMs) expect.fail(`took ${(user + system) / 1000} ms: ${shown()}`);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (index === Math.floor(requests * warmUpShare)) settled = liveHeap();
    }
    expect([...statuses.keys()]).toEqual(expect.arrayContaining([200, 201, 400, 404, 405, 406, 409, 415, 422]));
    expect(liveHeap() - settled).toBeLessThan(growthMaxBytes);
    expect((await new Asker(inProcess).get("/readyz")).text).toBe("ok");
    expect((await new Asker(onSocket).post(urls.configMaps, configMap("afterwards"))).status).toBe(201);
  });
});

/** Sends the request and reads the answer; of a watch, what comes at once. */
async function answered(
  transport: Transport,
  { method, path, query, headers, body, streams }: FuzzedRequest,
): Promise<{ status: number; text: string }> {
  const leaving = new AbortController();
  const bytes = body === undefined ? {} : { body: Buffer.from(body) };
  const response = await transport({ method, path, query, headers, ...bytes, signal: leaving.signal });
  if (streams) setImmediate(() => leaving.abort());
  let text = "";
  try {
    for await (const chunk of response.body) text += Buffer.from(chunk).toString();
  } catch (error) {
    if (!leaving.signal.aborted) throw error;
  }
  return { status: response.status, text };
}

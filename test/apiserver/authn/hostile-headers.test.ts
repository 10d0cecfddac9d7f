import { connect as connectTls } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { randomInteger, seededRandom } from "../../../controller/base/random.ts";
import { type HttpsServer, httpsServer, type TestIdentity, testIdentity } from "../../support/https-server.ts";
import { isLongRun } from "../../support/long-run.ts";

const rounds = isLongRun ? 20_000 : 400;
const names = [
  "Authorization",
  "authorization",
  "Impersonate-User",
  "Impersonate-Group",
  "Impersonate-Uid",
  "Impersonate-Extra-%zz",
  "Impersonate-Extra-",
  "Impersonate-Extra-__proto__",
  "X-Remote-User",
  "X-Remote-Group",
  "X-Forwarded-For",
];
const pieces = [
  "Bearer",
  "Basic",
  " ",
  "  ",
  ",",
  ".",
  "..",
  "eyJhbGciOiJub25lIn0",
  "e30",
  "system:masters",
  "admin",
  "=",
  "%00",
  "ÿ",
  "a".repeat(3000),
];

describe("whoever guesses at headers", () => {
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

  it(`gets in never, and breaks nothing (${rounds} requests)`, async () => {
    const random = seededRandom(11);
    const pick = <T>(list: readonly T[]) => list[randomInteger(random, 0, list.length - 1)];
    const statuses = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const headers = Array.from({ length: randomInteger(random, 1, 4) }, () => {
        const value = Array.from({ length: randomInteger(random, 0, 4) }, () => pick(pieces)).join("");
        return `${pick(names)}: ${value}`;
      });
      const status = await statusOf(server.listener.port, headers, identity);
      expect([headers, status]).toEqual([headers, expect.stringMatching(/^(400|401|431)$/)]);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(statuses.get("401")).toBeGreaterThan(rounds / 2);
  });
});

/** The status of one request, sent byte by byte as no client would. */
function statusOf(port: number, headers: readonly string[], { credentials }: TestIdentity): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = credentials.authority.certificate;
    const socket = connectTls({ host: "127.0.0.1", port, ca, servername: "localhost" }, () => {
      const head = ["GET /api/v1/secrets HTTP/1.1", "Host: localhost", "Connection: close", ...headers];
      socket.write(Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"));
    });
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? "no answer"));
  });
}

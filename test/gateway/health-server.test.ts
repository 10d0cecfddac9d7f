import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { isSporeError } from "../../controller/base/errors.ts";
import { type LogFields, silentLogger } from "../../controller/base/log.ts";
import { serveHealth } from "../../controller/gateway/health-server.ts";

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

function ask(port: number, path: string, options: { method?: string; host?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = options.host === undefined ? {} : { host: options.host };
    const sent = request(
      { host: "127.0.0.1", port, path, method: options.method ?? "GET", headers, agent: false },
      (response) => {
        let body = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode, body }));
      },
    );
    sent.on("error", reject).end();
  });
}

const source = {
  health: async (path: string, query: URLSearchParams) => ({ status: 200, body: `${path} ${query}` }),
  metrics: async () => "spore_nodes 3\n",
};

describe("serveHealth", () => {
  it("tells health and metrics", async () => {
    await using server = await serveHealth(0, source, silentLogger);
    for (const path of ["/healthz", "/livez", "/readyz", "/readyz/ping"]) {
      expect(await ask(server.port, `${path}?verbose=1`)).toEqual({ status: 200, body: `${path} verbose=1` });
    }
    expect(await ask(server.port, "/metrics?x=1")).toEqual({ status: 200, body: "spore_nodes 3\n" });
  });

  it("says 500 when the figures cannot be read, logs why, and goes on", async () => {
    const heard: LogFields[] = [];
    const log = { ...silentLogger, warn: (fields: LogFields) => void heard.push(fields) };
    const failure = new RangeError("no figures");
    await using server = await serveHealth(0, { ...source, metrics: () => Promise.reject(failure) }, log);
    expect((await ask(server.port, "/metrics")).status).toBe(500);
    expect(heard).toEqual([{ err: failure }]);
    expect((await ask(server.port, "/healthz")).status).toBe(200);
  });

  it("says what is wrong with the process", async () => {
    const health = async () => ({ status: 500, body: "[-]store failed" });
    await using server = await serveHealth(0, { ...source, health }, silentLogger);
    expect(await ask(server.port, "/readyz")).toEqual({ status: 500, body: "[-]store failed" });
  });

  it.each(["evil.example", "evil.example:3001", "127.0.0.1.evil.example", "10.0.0.1"])(
    "refuses the host %j",
    async (host) => {
      await using server = await serveHealth(0, source, silentLogger);
      expect((await ask(server.port, "/metrics", { host })).status).toBe(421);
    },
  );

  it("serves nothing else", async () => {
    await using server = await serveHealth(0, source, silentLogger);
    expect((await ask(server.port, "/api/node/update", { method: "POST" })).status).toBe(405);
    expect((await ask(server.port, "/")).status).toBe(404);
  });

  it("names the flag when its port is taken", async () => {
    await using first = await serveHealth(0, source, silentLogger);
    const second = serveHealth(first.port, source, silentLogger);
    await expect(second).rejects.toSatisfy((error) => isSporeError(error, "SPORE_PORT_TAKEN"));
    await expect(second).rejects.toMatchObject({ details: { hint: expect.stringContaining("--gateway-port") } });
    const holder = process.platform === "linux" ? `(process ${process.pid})` : "is taken";
    await expect(second).rejects.toThrow(holder);
  });
});

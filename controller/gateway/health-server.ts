import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIPv4 } from "node:net";
import type { Logger } from "../base/log.ts";
import { portTaken } from "../base/port-holder.ts";

/** What this port can tell. */
export interface HealthSource {
  /** What `/healthz`, `/livez` and `/readyz` answer, with `?verbose` and the like. */
  health(path: string, query: URLSearchParams): Promise<{ readonly status: number; readonly body: string }>;
  /** Prometheus text format. */
  metrics(): Promise<string>;
}

/** A server that runs. */
export interface HealthServer extends AsyncDisposable {
  /** The port that was bound. */
  readonly port: number;
}

const requestMaxMs = 10_000;
const headersMaxBytes = 8 * 1024;

/**
 * Serves `GET /healthz` and `GET /metrics` on loopback, without credentials: neither says anything that a process of the same host could
 * not find out. A request with a foreign `Host` is refused, so that no web page can read it through a rebound name.
 *
 * @param port TCP port; 0 takes a free one.
 * @throws SporeError `SPORE_PORT_TAKEN`.
 */
export async function serveHealth(port: number, source: HealthSource, log: Logger): Promise<HealthServer> {
  const server = createServer({ requestTimeout: requestMaxMs, maxHeaderSize: headersMaxBytes }, (request, response) => {
    void answer(request, response, { source, log });
  });
  await listen(server, port);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** Never rejects: whatever fails here must not take the process down. */
async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { source, log }: { readonly source: HealthSource; readonly log: Logger },
): Promise<void> {
  const {
    status,
    body,
    type = "text/plain; charset=utf-8",
  } = await answerTo(request, source).catch((err: unknown): Answer => {
    log.warn({ err }, "the figures for /metrics could not be read");
    return { status: 500, body: "the figures could not be read; the log says why\n" };
  });
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff" });
  response.end(request.method === "HEAD" ? undefined : body);
}

async function answerTo(request: IncomingMessage, source: HealthSource): Promise<Answer> {
  if (!isLoopbackHost(request.headers.host ?? "")) {
    return { status: 421, body: "this port answers to loopback names only\n" };
  }
  if (request.method !== "GET" && request.method !== "HEAD") return { status: 405, body: "GET only\n" };
  const [path = "", query] = (request.url ?? "").split("?", 2);
  const [, root = ""] = path.split("/", 2);
  switch (root) {
    case "healthz":
    case "livez":
    case "readyz":
      return source.health(path, new URLSearchParams(query));
    case "metrics":
      return { status: 200, body: await source.metrics(), type: "text/plain; version=0.0.4; charset=utf-8" };
    default:
      return { status: 404, body: "this port serves /healthz and /metrics\n" };
  }
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "").toLowerCase();
  return name === "localhost" || name === "[::1]" || (isIPv4(name) && name.startsWith("127."));
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EADDRINUSE") return reject(error);
      const hint = "another gateway may hold it; choose another port with --gateway-port";
      void portTaken({ protocol: "tcp", address: "127.0.0.1", port }, hint, error).then(reject);
    });
    server.listen(port, "127.0.0.1", resolve);
  });
}

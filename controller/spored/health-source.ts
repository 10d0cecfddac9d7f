import type { Registry } from "prom-client";
import { answerHealth, type HealthCheck } from "../apiserver/health.ts";
import { isSporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { HealthSource } from "../gateway/health-server.ts";

interface Sources {
  readonly checks: readonly HealthCheck[];
  readonly registry: Registry;
  readonly log: Logger;
}

/** What the gateway's port tells: the same checks and figures as the API's own endpoints, without credentials. `signal` aborts when the process is to end. */
export function healthSource({ checks, registry, log }: Sources, signal: AbortSignal): HealthSource {
  const ping = { name: "ping", run: async () => {} };
  const shutdown = { name: "shutdown", run: async () => signal.throwIfAborted() };
  const vital = checks.filter(({ isVital }) => isVital === true);
  return {
    async health(path, query) {
      const segments = path.split("/").filter((segment) => segment !== "");
      const chosen = segments[0] === "readyz" ? [ping, ...checks, shutdown] : [ping, ...vital];
      try {
        const { status, body } = await answerHealth(segments, query, chosen, log);
        const chunks: Uint8Array[] = [];
        for await (const chunk of body) chunks.push(chunk);
        return { status, body: Buffer.concat(chunks).toString("utf8") };
      } catch (error) {
        if (isSporeError(error, "SPORE_NOT_FOUND")) return { status: 404, body: "there is no such check\n" };
        throw error;
      }
    },
    metrics: () => registry.metrics(),
  };
}

import type { ApiResponse } from "../api/transport.ts";
import type { Logger } from "../base/log.ts";
import { notFoundPath } from "./not-found-path.ts";
import { textReply } from "./reply.ts";

/** One thing that must work; throws when it does not. */
export interface HealthCheck {
  readonly name: string;
  /** Whether only another process helps when it fails: then it counts for `/livez` and `/healthz`, too. */
  readonly isVital?: boolean;
  run(): Promise<void>;
}

/**
 * `/healthz`, `/livez`, `/readyz`, each with `?verbose`, `?exclude=<check>` and `/<check>`. Answers `ok`, or 500 with the checks that failed; why they
 * failed is for the log, because anybody may ask.
 */
export async function answerHealth(
  segments: readonly string[],
  query: URLSearchParams,
  checks: readonly HealthCheck[],
  log: Logger,
): Promise<ApiResponse> {
  const [endpoint = "", only, ...rest] = segments;
  const chosen = checks.filter(({ name }) =>
    only === undefined ? !query.getAll("exclude").includes(name) : name === only,
  );
  if (rest.length > 0 || (only !== undefined && chosen.length === 0)) throw notFoundPath();
  const results = await Promise.all(
    chosen.map(async (check) => ({ name: check.name, passed: await passes(check, log) })),
  );
  const failed = results.some(({ passed }) => !passed);
  const lines = results.map(({ name, passed }) => (passed ? `[+]${name} ok` : `[-]${name} failed: reason withheld`));
  const verdict = `${endpoint} check ${failed ? "failed" : "passed"}`;
  if (failed) return textReply(500, `${[...lines, verdict].join("\n")}\n`);
  return textReply(200, query.has("verbose") ? `${[...lines, verdict].join("\n")}\n` : "ok");
}

async function passes(check: HealthCheck, log: Logger): Promise<boolean> {
  try {
    await check.run();
    return true;
  } catch (error) {
    log.info(
      { check: check.name, why: error instanceof Error ? error.message : String(error) },
      "a health check failed",
    );
    return false;
  }
}

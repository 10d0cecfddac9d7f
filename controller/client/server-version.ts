import type { Transport } from "../api/transport.ts";
import type { Clock } from "../base/clock.ts";
import { Deadline } from "../base/deadline.ts";
import { eachUntilAborted } from "../base/each-until-aborted.ts";
import { parseAnswer, readText } from "./response-body.ts";
import { responseError } from "./status-error.ts";

/** What another API server says that it is. */
export interface ServerVersion {
  /** Such as `v1.34.4`. */
  readonly text: string;
  /** Whether it is one of ours, and keeps images as well. */
  readonly isSpored: boolean;
}

const timeoutMs = 30_000;
const answerMaxBytes = 64 * 1024;

/** Asks `/version`. @throws SporeError `SPORE_UNAVAILABLE` when nobody answers, and what else the server says. */
export async function readServerVersion(
  transport: Transport,
  clock: Clock,
  parent: AbortSignal,
): Promise<ServerVersion> {
  const path = "/version";
  using deadline = new Deadline(clock, parent, timeoutMs, `GET ${path}`);
  const { signal } = deadline;
  const response = await transport({ method: "GET", path, query: new URLSearchParams(), headers: {}, signal });
  const text = await readText(eachUntilAborted(response.body, signal), answerMaxBytes, `GET ${path}`);
  if (response.status >= 400) throw responseError(response, text, `GET ${path}`);
  const { gitVersion = "" } = parseAnswer<{ readonly gitVersion?: string }>(text, path);
  return { text: gitVersion, isSpored: gitVersion.includes("+spore.") };
}

import { Event } from "../api/core-kinds.ts";
import { keyOf } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import { isSporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { Client } from "../client/client.ts";
import type { Runnable } from "../runtime/manager.ts";
import { periodic } from "./periodic.ts";
import { eachOf } from "./steps.ts";

/** As kube-apiserver keeps them. */
const eventMaxAgeMs = 60 * 60_000;
const everyMs = 5 * 60_000;
const pageMaxItems = 500;
const parallelDeletions = 16;

/** Deletes Events that nothing was added to for an hour. */
export function eventExpiry({ client, clock, log }: { client: Client; clock: Clock; log: Logger }): Runnable {
  return periodic({
    name: "event-expiry",
    everyMs,
    clock,
    log,
    round: (signal) => expireEvents(client, clock, signal),
  });
}

export async function expireEvents(client: Client, clock: Clock, signal: AbortSignal): Promise<void> {
  let token: string | undefined;
  do {
    const page = await client.list(
      Event,
      { limit: pageMaxItems, ...(token !== undefined && { continue: token }) },
      signal,
    );
    const old = page.items.filter((event) => clock.now() - lastMs(event) > eventMaxAgeMs);
    await eachOf(old, parallelDeletions, (event) => remove(client, event, signal));
    token = page.continue;
  } while (token !== undefined);
}

async function remove(client: Client, event: Event, signal: AbortSignal): Promise<void> {
  const { uid = "", resourceVersion = "" } = event.metadata;
  try {
    await client.delete(Event, keyOf(event), { signal, preconditions: { uid, resourceVersion } });
  } catch (error) {
    // Gone, or it happened once more meanwhile.
    if (!isSporeError(error, "SPORE_NOT_FOUND") && !isSporeError(error, "SPORE_CONFLICT")) throw error;
  }
}

function lastMs({ lastTimestamp, eventTime, metadata }: Event): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? "") || 0;
}

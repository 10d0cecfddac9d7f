import { sleep } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import type { Workshop } from "./call.ts";

/** How long a read waits for a revision that the store has not reached, as kube-apiserver does. */
const waitMs = 3000;
const lookEveryMs = 100;

/**
 * Waits until the store is at `revision` or beyond. It is at once, except for a client that knows a later state than this store: one that
 * was connected to another server, or to this one before its data was set back.
 *
 * @throws SporeError `SPORE_TIMEOUT` with the cause by which informers know that they have to list afresh.
 */
export async function reached(
  shop: Pick<Workshop, "store" | "clock">,
  revision: number,
  signal: AbortSignal,
): Promise<void> {
  if (revision === 0) return;
  let current = await shop.store.revision();
  for (let waited = 0; current < revision && waited < waitMs; waited += lookEveryMs) {
    await sleep(shop.clock, lookEveryMs, signal);
    current = await shop.store.revision();
  }
  if (current >= revision) return;
  const message = "Too large resource version";
  throw new SporeError("SPORE_TIMEOUT", `Timeout: ${message}: ${revision}, current: ${current}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message }],
    retryAfterSeconds: 1,
  });
}

import { backoffDelayMs } from "../base/backoff.ts";
import { sleep } from "../base/clock.ts";
import { isSporeError } from "../base/errors.ts";
import type { Random } from "../base/random.ts";
import { syncTree, type TreeSync } from "./sync-tree.ts";
import { watchTree } from "./watch-tree.ts";

/** Read again without being told: what somebody changed on the server goes back to what the directory says. */
const resyncMs = 60_000;
const retry = { baseMs: 1000, maxMs: 30_000 } as const;

export interface TreeKeeper extends TreeSync {
  readonly random: Random;
}

/** Keeps the objects what the directory says, until `signal` aborts. Failures are logged, once each, and tried again. */
export async function keepTree(keeper: TreeKeeper, signal: AbortSignal): Promise<void> {
  const { directory, clock, random, log } = keeper;
  let wake = new AbortController();
  const watching = watchTree(directory, clock, signal, () => wake.abort());
  let failures = 0;
  let told = "";
  while (!signal.aborted) {
    wake = new AbortController();
    try {
      await syncTree(keeper, signal);
      if (failures > 0) log.info({ directory }, "the manifests are applied again");
      failures = 0;
      told = "";
    } catch (error) {
      failures += 1;
      const message = error instanceof Error ? error.message : String(error);
      const hint = isSporeError(error) ? error.details.hint : undefined;
      const causes = isSporeError(error) ? error.details.causes?.map((cause) => cause.message) : undefined;
      if (message !== told) log.error({ directory, hint, causes }, `the manifests were not applied: ${message}`);
      told = message;
    }
    const delayMs = failures === 0 ? resyncMs : backoffDelayMs(retry, failures, random);
    await sleep(clock, delayMs, AbortSignal.any([signal, wake.signal])).catch(() => {}); // woken early: go round again
  }
  await watching;
}

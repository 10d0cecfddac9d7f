import { abortOf } from "../base/deadline.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a process consists of once everything is open. */
export interface Parts {
  /** Starts everything; what one of them rejects with ends all. */
  start(signal: AbortSignal): readonly Promise<unknown>[];
  /** Resolves when the process does what it is for. */
  readonly ready: Promise<unknown>;
  /** For the line that says so. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Runs the parts until `signal` aborts or one of them fails; then the others go down in order. */
export async function runParts(parts: Parts, { log }: Surroundings, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const running = parts.start(AbortSignal.any([signal, stop.signal]));
  try {
    await Promise.race([parts.ready, Promise.all(running)]);
    if (!signal.aborted) log.info({ ready: true, ...parts.facts }, "spored is ready");
    await Promise.all(running);
  } finally {
    stop.abort();
    await Promise.allSettled(running);
  }
  log.info({}, "spored stops");
}

/** Rejects with the reason of `broken`: whoever watches over this process starts another. Resolves when `signal` aborts first. */
export async function endWhenBroken(broken: AbortSignal, signal: AbortSignal): Promise<void> {
  await abortOf(AbortSignal.any([broken, signal]));
  broken.throwIfAborted();
}

import { errorCodes, isSporeError } from "../base/errors.ts";

/** Doing the same again cannot help, says the error; but what forbids it may be mended where no watch of ours looks. */
export const terminalRetryMs = 10 * 60 * 1000;

/** What to do about a run that threw. */
export interface RetryVerdict {
  readonly delayMs: number;
  readonly kind: "conflict" | "retry" | "terminal";
}

/**
 * @param backoffMs what the number of failures so far says.
 *
 * A conflict means that the cache was behind: nothing is wrong. An error that retrying cannot mend waits for a change of the object, and is
 * looked at again every `terminalRetryMs` all the same. Anything else, a bug included, backs off.
 */
export function retryVerdict(error: unknown, backoffMs: number): RetryVerdict {
  if (!isSporeError(error)) return { delayMs: backoffMs, kind: "retry" };
  if (error.code === "SPORE_CONFLICT") return { delayMs: backoffMs, kind: "conflict" };
  if (!errorCodes[error.code].retry) return { delayMs: terminalRetryMs, kind: "terminal" };
  return { delayMs: Math.max(backoffMs, (error.details.retryAfterSeconds ?? 0) * 1000), kind: "retry" };
}

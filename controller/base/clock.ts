/**
 * Time as everything in SPORE sees it. Product code never calls `Date.now` or `setTimeout` itself,
 * so a test can hold time still and move it by exact amounts.
 */
export interface Clock {
  /** Wall time in milliseconds since 1970. May jump; use it only for what people read. */
  now(): number;
  /** Milliseconds that never jump back, from an arbitrary origin. Use it for ages and deadlines. */
  monotonic(): number;
  /** Calls `fire` once, `delayMs` from now, or at once where that has passed, unless the returned handle is cancelled first. */
  after(delayMs: number, fire: () => void): Timer;
}

/** A scheduled call. */
export interface Timer {
  cancel(): void;
}

/** Node's timers fire at once when they are asked for more. */
const timerMaxMs = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, fire) {
    let handle: NodeJS.Timeout;
    const arm = (leftMs: number) => {
      handle = leftMs <= timerMaxMs ? setTimeout(fire, leftMs) : setTimeout(() => arm(leftMs - timerMaxMs), timerMaxMs);
    };
    arm(Math.max(0, delayMs)); // newer releases of Node warn of less
    return { cancel: () => clearTimeout(handle) };
  },
};

/**
 * Resolves after `delayMs`.
 *
 * @throws the signal's reason, at once, when `signal` aborts first.
 */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const onAbort = () => {
      timer.cancel();
      reject(signal.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
    signal.addEventListener("abort", onAbort, { once: true });
  });
}

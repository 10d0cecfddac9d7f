import type { Clock, Timer } from "./clock.ts";
import { SporeError } from "./errors.ts";

/** A signal that aborts with its parent, or when time is up. Dispose of it when the work is over: it holds on to its parent. */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #parent: AbortSignal;
  readonly #timer: Timer | undefined;
  readonly #onParentAbort = () => this.#end(this.#parent.reason);
  #expired = false;

  /** @param what names the work in the `SPORE_TIMEOUT` that becomes the signal's reason: "listing nodes.spore.dev". */
  constructor(clock: Clock, parent: AbortSignal, timeoutMs: number, what: string) {
    this.#parent = parent;
    if (parent.aborted) {
      this.#controller.abort(parent.reason);
      return;
    }
    parent.addEventListener("abort", this.#onParentAbort, { once: true });
    this.#timer = clock.after(timeoutMs, () => {
      this.#expired = true;
      this.#end(new SporeError("SPORE_TIMEOUT", `${what} took longer than ${timeoutMs / 1000} s`));
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether time ran out, in contrast to an abort of the parent. */
  get expired(): boolean {
    return this.#expired;
  }

  /** Time no longer counts; an abort of the parent still does. */
  lift(): void {
    this.#timer?.cancel();
  }

  /** Ends the work, for a reason of the caller's own. */
  abort(reason: unknown): void {
    this.#end(reason);
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#parent.removeEventListener("abort", this.#onParentAbort);
  }

  #end(reason: unknown): void {
    this[Symbol.dispose]();
    this.#controller.abort(reason);
  }
}

/**
 * Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. For work that may not listen to the signal itself;
 * what such work still yields is dropped.
 */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Resolves when `signal` aborts. */
export function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

import { type Kind, resourceName } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import { type Backoff, backoffDelayMs } from "../base/backoff.ts";
import { type Clock, sleep } from "../base/clock.ts";
import { Deadline } from "../base/deadline.ts";
import { errorCodes, isSporeError, SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { type Random, randomInteger } from "../base/random.ts";
import { isWorthTelling } from "../base/worth-telling.ts";
import type { Client, WatchEvent } from "../client/client.ts";
import { listAll } from "../client/list-all.ts";
import type { ObjectCache } from "./object-cache.ts";

/** As client-go asks: watches end by themselves within five to ten minutes. */
const watchMinSeconds = 300;
const watchMaxSeconds = 600;
/** A server that has not ended the watch by then is taken for gone. */
const watchGraceMs = 30_000;
/** A watch that ends sooner, with nothing to say, is a failure. */
const shortWatchMs = 1000;
/** Nobody is left alone for longer. */
const askedMaxMs = 60_000;
const backoff: Backoff = { baseMs: 200, maxMs: 30_000 };

interface Options<T extends Resource> {
  readonly client: Client;
  readonly cache: ObjectCache<T>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
}

/**
 * Keeps a cache equal to what the server has: lists, then watches from there, resumes where a watch broke off, and lists again when the
 * server no longer knows that place. A change that happens while it is cut off is found by the next watch or list; none is lost.
 */
export class Reflector<T extends Resource> {
  readonly #options: Options<T>;
  readonly #kind: Kind<T>;
  /** Where the next watch begins; undefined: list first. */
  #version: string | undefined;
  #failures = 0;
  #synced = false;
  readonly #onSynced: () => void;

  /** @param onSynced called once, when the cache shows a full list for the first time. */
  constructor(options: Options<T>, onSynced: () => void) {
    this.#options = options;
    this.#kind = options.cache.kind;
    this.#onSynced = onSynced;
  }

  /** Whether the cache has shown a full list. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Resolves when `signal` aborts, and not before. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (error) {
        if (!signal.aborted) await this.#recover(error, signal);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { client, cache } = this.#options;
    const { items, resourceVersion } = await listAll(client, this.#kind, {}, signal);
    cache.replace(items, resourceVersion);
    if (!this.#synced) {
      this.#synced = true;
      this.#onSynced();
    }
    return resourceVersion;
  }

  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { client, clock, random } = this.#options;
    const timeoutSeconds = randomInteger(random, watchMinSeconds, watchMaxSeconds);
    const what = `watching ${resourceName(this.#kind)}`;
    using deadline = new Deadline(clock, signal, timeoutSeconds * 1000 + watchGraceMs, what);
    const beganMs = clock.monotonic();
    let events = 0;
    const stream = client.watch(this.#kind, { resourceVersion: from, timeoutSeconds }, deadline.signal);
    for await (const event of stream) {
      events += 1;
      this.#failures = 0;
      this.#take(event);
    }
    if (events === 0 && clock.monotonic() - beganMs < shortWatchMs) {
      throw new SporeError("SPORE_UNAVAILABLE", `${what} ended at once`);
    }
    this.#failures = 0;
  }

  #take(event: WatchEvent<T>): void {
    const { cache } = this.#options;
    if (event.type === "BOOKMARK") {
      cache.reached(event.resourceVersion);
      this.#version = event.resourceVersion;
      return;
    }
    if (event.type === "DELETED") cache.remove(event.object);
    else cache.apply(event.object);
    this.#version = event.object.metadata.resourceVersion;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    const { clock, log, random } = this.#options;
    if (isPlaceLost(error)) this.#version = undefined;
    this.#failures += 1;
    // A server that says how long to leave it alone is left alone for so long.
    const askedMs = isSporeError(error) ? (error.details.retryAfterSeconds ?? 0) * 1000 : 0;
    const delayMs = Math.max(backoffDelayMs(backoff, this.#failures, random), Math.min(askedMs, askedMaxMs));
    const fields = { resource: resourceName(this.#kind), err: error, failures: this.#failures, delayMs };
    if (this.#failures > 1 && isWorthTelling(this.#failures)) log.warn(fields, "watch failed again, will retry");
    else log.debug(fields, "watch failed, will retry");
    await sleep(clock, delayMs, signal).catch(() => {}); // an abort ends run()
  }
}

/**
 * Whether asking for that place again cannot help: the server no longer knows it, does not know it yet (it was restored from a backup), or cannot
 * read what comes after it.
 */
function isPlaceLost(error: unknown): boolean {
  if (!isSporeError(error)) return false;
  if (error.code === "SPORE_EXPIRED" || !errorCodes[error.code].retry) return true;
  return (error.details.causes ?? []).some(({ reason }) => reason === "ResourceVersionTooLarge");
}

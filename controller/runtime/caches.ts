import { apiVersionOf, type Kind, resourceName } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import { abortOf, untilAborted } from "../base/deadline.ts";
import type { Logger } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { Client } from "../client/client.ts";
import type { Cache } from "./cache.ts";
import { ObjectCache } from "./object-cache.ts";
import { Reflector } from "./reflector.ts";

/** Where reconcilers get caches from. */
export interface CacheSource {
  /** The one cache of that kind. Empty until the manager runs; full before any reconciler is called. */
  of<T extends Resource>(kind: Kind<T>): Cache<T>;
}

interface Options {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: Random;
}

/** One cache and one reflector per kind, however many controllers ask for it. */
export class Caches implements CacheSource {
  readonly #options: Options;
  readonly #entries = new Map<string, Entry>();
  /** Set while `run` runs. */
  #start: ((entry: Entry) => void) | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  of<T extends Resource>(kind: Kind<T>): Cache<T> {
    return this.cacheOf(kind);
  }

  /** The same cache, with the verbs that change it. */
  cacheOf<T extends Resource>(kind: Kind<T>): ObjectCache<T> {
    const id = idOf(kind);
    const known = this.#entries.get(id)?.cache;
    if (known && isOfKind(known, kind)) return known;
    const cache = new ObjectCache(kind);
    const entry = entryOf(cache, this.#options);
    this.#entries.set(id, entry);
    this.#start?.(entry);
    return cache;
  }

  /** The cache of that kind if somebody asked for one. */
  known<T extends Resource>(kind: Kind<T>): ObjectCache<T> | undefined {
    const cache = this.#entries.get(idOf(kind))?.cache;
    return cache && isOfKind(cache, kind) ? cache : undefined;
  }

  /** Keeps all caches current, also those asked for later. Resolves when `signal` aborts and every reflector has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const running = new Set<Promise<void>>();
    this.#start = (entry) => void running.add(entry.run(signal));
    for (const entry of this.#entries.values()) this.#start(entry);
    await abortOf(signal);
    this.#start = undefined;
    await Promise.all(running);
  }

  /** Resolves when every kind asked for so far was listed once. */
  async synced(signal: AbortSignal): Promise<void> {
    await untilAborted(Promise.all([...this.#entries.values()].map(({ synced }) => synced)), signal);
  }

  /** The resources whose first list is still missing. */
  missing(): readonly string[] {
    return [...this.#entries.values()]
      .filter(({ isSynced }) => !isSynced())
      .map(({ cache }) => resourceName(cache.kind));
  }
}

/** A kind's cache and reflector, with the object type forgotten. */
interface Entry {
  readonly cache: ObjectCache<Resource>;
  readonly synced: Promise<void>;
  isSynced(): boolean;
  run(signal: AbortSignal): Promise<void>;
}

function entryOf<T extends Resource>(cache: ObjectCache<T>, options: Options): Entry {
  let onSynced = () => {};
  const synced = new Promise<void>((resolve) => {
    onSynced = resolve;
  });
  const reflector = new Reflector({ ...options, cache }, onSynced);
  return { cache, synced, isSynced: () => reflector.synced, run: (signal) => reflector.run(signal) };
}

function idOf(kind: Kind): string {
  return `${apiVersionOf(kind)}/${kind.plural}`;
}

/** Two descriptions of one resource describe the same objects. */
function isOfKind<T extends Resource>(cache: ObjectCache<Resource>, kind: Kind<T>): cache is ObjectCache<T> {
  return cache.kind === kind || idOf(cache.kind) === idOf(kind);
}

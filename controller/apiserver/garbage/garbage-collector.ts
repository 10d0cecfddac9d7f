import { sleep, type Timer } from "../../base/clock.ts";
import { isSporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { Logger } from "../../base/log.ts";
import type { ChangeEvent } from "../../store/store.ts";
import type { Workshop } from "../call.ts";
import type { KindRegistry } from "../kind-registry.ts";
import { metadataOf, textIn } from "../object-meta.ts";
import { Dependents } from "./dependents.ts";
import { ownersOf } from "./owners.ts";
import { tidy } from "./tidy.ts";

interface Surroundings {
  readonly shop: Workshop;
  readonly registry: KindRegistry;
  readonly log: Logger;
}

/** Every object of every kind. */
const everything = "/registry/";
const pageEntries = 1000;
/** Objects that are looked at side by side; they share the store's flushes. */
const atOnce = 32;
const lookAgainMs = 1000;

/**
 * Deletes objects whose owners are gone, of whatever kind, and lets owners go that wait for their dependents. It lives in the API server because it
 * is what an ownerReference means: on a real cluster Kubernetes' own controllers do the same. It reads the store and not a list of kinds, so it
 * knows those that users bring; owners are found by uid, so an object that bears an owner's name by chance keeps nothing alive.
 */
export class GarbageCollector {
  readonly #at: Surroundings;
  readonly #dependents = new Dependents();
  readonly #closing = new AbortController();
  /** Keys of objects to look at; each is in it once. */
  readonly #pending = new Set<string>();
  readonly #retries = new Set<Timer>();
  #wake = () => {};
  #running: Promise<unknown> = Promise.resolve();

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
  }

  /** Looks at everything that has owners or waits for dependents, and from then on at what changes. */
  async start(): Promise<void> {
    const revision = await this.#readAll();
    this.#running = Promise.all([this.#follow(revision), this.#work()]);
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    for (const retry of this.#retries) retry.cancel();
    await this.#running;
  }

  /** @returns the revision that was read. */
  async #readAll(): Promise<number> {
    const { store } = this.#at.shop;
    this.#dependents.clear();
    let { entries, revision, remaining } = await store.range(everything, { limit: pageEntries });
    for (;;) {
      for (const { key, value } of entries) this.#note(key, value);
      const after = entries.at(-1)?.key;
      if (remaining === 0 || after === undefined) return revision;
      ({ entries, remaining } = await store.range(everything, { limit: pageEntries, after, at: revision }));
    }
  }

  async #follow(start: number): Promise<void> {
    const { shop, log } = this.#at;
    const { signal } = this.#closing;
    for (let after = start; !signal.aborted; ) {
      try {
        for await (const change of shop.store.watch(everything, after, signal)) {
          this.#heard(change);
          after = change.revision;
        }
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, "the garbage collector lost track of changes; it looks at everything again");
        await sleep(shop.clock, lookAgainMs, signal).catch(() => {}); // the loop looks at the signal itself
        after = await this.#readAll().catch(() => after);
      }
    }
  }

  #heard({ key, value, previous }: ChangeEvent): void {
    if (value !== undefined) this.#note(key, value);
    else if (previous !== undefined) this.#gone(key, previous.value);
  }

  /** Most objects have no owners and are not being deleted; those are not even parsed. */
  #note(key: string, value: Uint8Array): void {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const isOwned = bytes.includes('"ownerReferences"');
    const isMarked = bytes.includes('"deletionTimestamp"');
    const owners = isOwned ? ownersOf(parsed(value)) : [];
    this.#dependents.set(key, owners);
    if (owners.length > 0 || isMarked) this.#add(key);
    // What depends on an owner that waits in the foreground goes first.
    if (isMarked) for (const dependent of this.#dependents.of(uidOf(parsed(value))).keys()) this.#add(dependent);
  }

  #gone(key: string, last: Uint8Array): void {
    const object = parsed(last);
    this.#dependents.set(key, []);
    for (const dependent of this.#dependents.of(uidOf(object)).keys()) this.#add(dependent);
    const { registry } = this.#at;
    const namespace = registry.placeOf(key)?.namespace;
    for (const owner of ownersOf(object)) {
      const ownerKey = registry.keyOf(owner, namespace, owner.name);
      if (ownerKey !== undefined) this.#add(ownerKey); // it may have waited for this one
    }
  }

  #add(key: string): void {
    this.#pending.add(key);
    this.#wake();
  }

  async #work(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const keys = [...this.#pending].slice(0, atOnce);
      for (const key of keys) this.#pending.delete(key);
      if (keys.length > 0) await Promise.all(keys.map((key) => this.#tidy(key)));
      else await this.#awake();
    }
  }

  #awake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #tidy(key: string): Promise<void> {
    const { shop, registry, log } = this.#at;
    const place = registry.placeOf(key);
    if (place === undefined) return; // of a kind that is served no longer
    try {
      await tidy(place, { shop, registry, dependents: this.#dependents });
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      if (!isSporeError(error, "SPORE_CONFLICT")) {
        log.warn({ key, err: error }, "the garbage collector could not deal with an object yet");
      }
      const retry = shop.clock.after(lookAgainMs, () => {
        this.#retries.delete(retry);
        this.#add(key);
      });
      this.#retries.add(retry);
    }
  }
}

const decoder = new TextDecoder();

function parsed(value: Uint8Array): JsonObject {
  const json: JsonValue = JSON.parse(decoder.decode(value));
  return isJsonObject(json) ? json : {};
}

function uidOf(object: JsonObject): string {
  return textIn(metadataOf(object), "uid");
}

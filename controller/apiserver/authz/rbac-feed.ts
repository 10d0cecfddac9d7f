import { ClusterRole, rbacGroup } from "../../api/rbac-kinds.ts";
import { type Clock, sleep } from "../../base/clock.ts";
import { isSporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import type { Logger } from "../../base/log.ts";
import type { Entry, Store } from "../../store/store.ts";
import type { Collection } from "../collection.ts";
import type { RbacAddress, RbacIndex } from "./rbac-index.ts";
import { aggregated } from "./role-aggregation.ts";

interface Parts {
  readonly store: Store;
  readonly index: RbacIndex;
  readonly clusterRoles: Collection;
  readonly clock: Clock;
  readonly log: Logger;
}

const prefix = `/registry/${rbacGroup}/`;
const retryMs = 1000;
/** Writers that may overtake before it is tried again later. */
const attemptsMax = 5;
const decoder = new TextDecoder();

/** Keeps an index in step with the store, and ClusterRoles that gather others in step with those. */
export class RbacFeed {
  readonly #parts: Parts;
  readonly #closing = new AbortController();
  #running: Promise<void> | undefined;
  #aggregating: Promise<void> | undefined;
  #isStale = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Reads what there is, and follows it from then on. */
  async start(): Promise<void> {
    await this.#aggregate();
    const after = await this.#load();
    this.#running = this.#follow(after);
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#aggregating;
  }

  /** @returns the revision that the index shows. */
  async #load(): Promise<number> {
    const { store, index } = this.#parts;
    const { entries, revision } = await store.range(prefix);
    index.clear();
    for (const entry of entries) index.put(addressIn(entry.key), objectIn(entry));
    return revision;
  }

  async #follow(from: number): Promise<void> {
    const { signal } = this.#closing;
    const { clock, log } = this.#parts;
    for (let after: number | undefined = from; !signal.aborted; ) {
      try {
        after ??= await this.#load();
        await this.#watch(after, signal);
        after = undefined; // never from an earlier state: a right that was taken away since would come back for a moment
        await sleep(clock, retryMs, signal); // the store closes
      } catch (error) {
        if (signal.aborted) return;
        after = undefined;
        if (isSporeError(error, "SPORE_EXPIRED")) continue; // too much at once: read it all again
        log.error({ err: error }, "roles and bindings could not be followed; they are read again");
        await sleep(clock, retryMs, signal).catch(() => {}); // the loop looks at the signal itself
      }
    }
  }

  async #watch(after: number, signal: AbortSignal): Promise<void> {
    const { store, index, clusterRoles } = this.#parts;
    for await (const { key, revision, value } of store.watch(prefix, after, signal)) {
      const address = addressIn(key);
      if (value === undefined) index.remove(address);
      else index.put(address, objectIn({ key, revision, value }));
      if (key.startsWith(clusterRoles.prefix(undefined))) this.#aggregateSoon();
    }
  }

  /** Beside the watch, so that nobody waits for the disk to have a right taken away. */
  #aggregateSoon(): void {
    this.#isStale = true;
    this.#aggregating ??= this.#aggregateUntilFresh().finally(() => {
      this.#aggregating = undefined;
    });
  }

  async #aggregateUntilFresh(): Promise<void> {
    const { clock, log } = this.#parts;
    const { signal } = this.#closing;
    while (this.#isStale && !signal.aborted) {
      this.#isStale = false;
      try {
        await this.#aggregate();
      } catch (error) {
        this.#isStale = true;
        log.warn({ err: error }, "the roles that gather others could not be written; it will be tried again");
        await sleep(clock, retryMs, signal).catch(() => {}); // the loop looks at the signal itself
      }
    }
  }

  /** Writes the rules of the roles that gather others. */
  async #aggregate(): Promise<void> {
    const { clusterRoles, store } = this.#parts;
    for (let attempt = 1; ; attempt++) {
      const { items } = await clusterRoles.page(undefined, {});
      const byName = new Map(items.map((item) => [nameOf(item.object), item] as const));
      const changes = aggregated(items.map(({ object }) => object)).flatMap((object) => {
        const live = byName.get(nameOf(object));
        return live === undefined ? [] : [{ key: live.key, value: clusterRoles.encode(object), expect: live.revision }];
      });
      if (changes.length === 0) return;
      try {
        await store.commit(changes);
        return;
      } catch (error) {
        if (!isSporeError(error, "SPORE_CONFLICT") || attempt === attemptsMax) throw error;
      }
    }
  }
}

function nameOf({ metadata }: JsonObject): string {
  return isJsonObject(metadata) && typeof metadata.name === "string" ? metadata.name : "";
}

/** `/registry/<group>/roles/<namespace>/<name>`; a kind of the cluster has no namespace. */
function addressIn(key: string): RbacAddress {
  const [plural = "", ...rest] = key.slice(prefix.length).split("/");
  const isClusterWide = plural === ClusterRole.plural || plural === "clusterrolebindings";
  return isClusterWide
    ? { plural, namespace: "", name: rest.join("/") }
    : { plural, namespace: rest[0] ?? "", name: rest.slice(1).join("/") };
}

function objectIn({ value }: Entry): JsonObject {
  const parsed: JsonValue = JSON.parse(decoder.decode(value));
  return isJsonObject(parsed) ? parsed : {};
}

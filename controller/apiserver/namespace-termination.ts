import { type Clock, sleep } from "../base/clock.ts";
import type { Logger } from "../base/log.ts";
import type { Workshop } from "./call.ts";
import { deleteEach } from "./delete.ts";
import type { KindRegistry } from "./kind-registry.ts";
import { isDeleting, metadataOf, textsIn } from "./object-meta.ts";
import { isFree } from "./update.ts";

interface Surroundings {
  readonly shop: Workshop;
  readonly registry: KindRegistry;
  readonly log: Logger;
}

/** How long to wait before looking again whether finalizers have let go of what is left. */
const lookAgainMs = 250;
const lookAgainMaxMs = 5000;

const background = { dryRun: false, propagation: "Background", uid: "", resourceVersion: "" } as const;

/**
 * Empties namespaces that are going away, then removes them. It lives in the API server and not among the controllers because it belongs to what a
 * namespace means: on a real cluster, kube-apiserver and its own controllers do the same.
 */
export class NamespaceTermination {
  readonly #at: Surroundings;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #running = new Map<string, Promise<void>>();

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
    this.#clock = surroundings.shop.clock;
  }

  /** Goes on with what an earlier process did not finish. */
  async resume(): Promise<void> {
    const { items } = await this.#at.registry.namespaces.page(undefined, {});
    for (const { name, object } of items) if (isDeleting(object)) this.begin(name);
  }

  /** Ends a namespace that was marked as going away. Does nothing when that is under way already. */
  begin(namespace: string): void {
    if (this.#running.has(namespace) || this.#closing.signal.aborted) return;
    const work = this.#terminate(namespace).finally(() => this.#running.delete(namespace));
    this.#running.set(namespace, work);
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#running.values());
  }

  async #terminate(namespace: string): Promise<void> {
    const { shop, log } = this.#at;
    const { signal } = this.#closing;
    await shop.namespaces.quiet(namespace);
    for (let waitMs = lookAgainMs; !signal.aborted; waitMs = Math.min(2 * waitMs, lookAgainMaxMs)) {
      try {
        const live = await this.#at.registry.namespaces.find(undefined, namespace);
        if (live === undefined || !isDeleting(live.object)) return; // gone, or a dry run
        if ((await this.#sweep(namespace)) && (await this.#remove(namespace))) return;
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ namespace, err: error }, "a namespace could not be emptied yet");
      }
      await sleep(this.#clock, waitMs, signal).catch(() => {}); // the loop looks at the signal itself
    }
  }

  /** Deletes what is in the namespace. @returns whether nothing is left. */
  async #sweep(namespace: string): Promise<boolean> {
    let left = 0;
    for (const collection of this.#at.registry.contents) {
      const { items } = await collection.page(namespace, {});
      left += items.length;
      const fresh = items.filter(({ object }) => !isDeleting(object)).map(({ name }) => name);
      const addresses = fresh.map((name) => ({ collection, namespace, name }));
      const deletions = await deleteEach(this.#at.shop, addresses, background);
      left -= deletions.filter((deletion) => deletion?.removed !== false).length;
    }
    return left === 0;
  }

  /** Removes the empty namespace. @returns whether it is gone; finalizers of others may still hold it. */
  async #remove(namespace: string): Promise<boolean> {
    const { shop, registry } = this.#at;
    const { namespaces } = registry;
    return shop.locks.run(namespaces.key(undefined, namespace), async () => {
      const live = await namespaces.find(undefined, namespace);
      if (live === undefined) return true;
      if (textsIn(metadataOf(live.object), "finalizers").length > 0) return false;
      const { spec: _, ...emptied } = live.object;
      if (!isFree(emptied)) return false;
      await shop.store.commit([{ key: live.key, value: undefined, expect: live.revision }]);
      namespaces.forget(live.key);
      return true;
    });
  }
}

import { isTrue } from "../../api/conditions.ts";
import type { Condition } from "../../api/meta.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { sleep } from "../../base/clock.ts";
import { isSporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { timestamp } from "../../base/timestamp.ts";
import { isCrd } from "../../schema/crd-causes.ts";
import type { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import type { Workshop } from "../call.ts";
import { Collection } from "../collection.ts";
import { deleteEach } from "../delete.ts";
import type { KindRegistry } from "../kind-registry.ts";
import { ObjectCache } from "../object-cache.ts";
import { isDeleting, metadataOf, textsIn, withMetadata } from "../object-meta.ts";
import type { StoredObject } from "../stored-object.ts";
import { isFree } from "../update.ts";
import { cleanupFinalizer, settled } from "./crd-conditions.ts";
import { type HooksOf, storedKindOf } from "./crd-kinds.ts";

interface Surroundings {
  readonly shop: Workshop;
  readonly registry: KindRegistry;
  readonly log: Logger;
  readonly hooksOf: HooksOf;
  readonly crds: Collection;
  readonly signal: AbortSignal;
}

/** How long to wait before looking again whether finalizers have let go of what is left. */
const lookAgainMs = 250;
const lookAgainMaxMs = 5000;
const pageEntries = 500;

const background = { dryRun: false, propagation: "Background", uid: "", resourceVersion: "" } as const;

/** Deletes everything of a kind whose CRD is to go, waits until it is gone, and then lets the CRD go. */
export class DefinitionEnd {
  readonly #at: Surroundings;
  readonly #running = new Map<string, Promise<void>>();

  constructor(surroundings: Surroundings) {
    this.#at = surroundings;
  }

  /** Does nothing when that is under way already, or was done. */
  begin(crd: CustomResourceDefinition): void {
    const { name, finalizers = [] } = crd.metadata;
    if (!finalizers.includes(cleanupFinalizer) || this.#running.has(name) || this.#at.signal.aborted) return;
    this.#running.set(
      name,
      this.#empty(crd).finally(() => this.#running.delete(name)),
    );
  }

  /** Resolves when nothing is under way any more, after the signal. */
  async stopped(): Promise<void> {
    await Promise.all(this.#running.values());
  }

  async #empty(crd: CustomResourceDefinition): Promise<void> {
    const { shop, registry, log, signal, hooksOf } = this.#at;
    const { name } = crd.metadata;
    for (let waitMs = lookAgainMs; !signal.aborted; waitMs = Math.min(2 * waitMs, lookAgainMaxMs)) {
      try {
        await this.#update(name, (object) => withReason(object, inProgress, shop.clock.now()));
        await registry.close(name);
        // Where names clash, the place in the store is somebody else's.
        const isOwn = isTrue(crd.status?.conditions, "Established");
        const objects = new Collection(storedKindOf(crd, hooksOf), shop.store, new ObjectCache(0));
        if (!isOwn || (await this.#sweep(objects))) return await this.#update(name, released);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ crd: name, err: error }, "the objects of a CustomResourceDefinition could not be deleted yet");
      }
      await sleep(shop.clock, waitMs, signal).catch(() => {}); // the loop looks at the signal itself
    }
  }

  /** Deletes what there is. @returns whether nothing is left. */
  async #sweep(collection: Collection): Promise<boolean> {
    const { shop, signal } = this.#at;
    let left = 0;
    for (let after = ""; !signal.aborted; ) {
      const page = await collection.page(undefined, { limit: pageEntries, ...(after === "" ? {} : { after }) });
      const fresh = page.items.filter(({ object }) => !isDeleting(object));
      const addresses = fresh.map((item) => ({ collection, namespace: item.namespace || undefined, name: item.name }));
      const deletions = await deleteEach(shop, addresses, background);
      left += page.items.length - deletions.filter((deletion) => deletion?.removed !== false).length;
      if (page.remaining === 0) return left === 0;
      after = page.items.at(-1)?.key ?? after;
    }
    return false;
  }

  /** Changes the CRD, if it is there and is to go; removes it when nobody holds it any more. */
  async #update(name: string, change: (crd: CustomResourceDefinition) => CustomResourceDefinition): Promise<void> {
    const { shop, crds } = this.#at;
    await shop.locks.run(crds.key(undefined, name), async () => {
      for (;;) {
        const found = await crds.find(undefined, name);
        if (found === undefined || !isCrd(found.object) || !isDeleting(found.object)) return;
        const next = change(found.object);
        if (next === found.object) return;
        try {
          return await this.#store(found, next);
        } catch (error) {
          if (!isSporeError(error, "SPORE_CONFLICT")) throw error; // else another writer came first: what did they write?
        }
      }
    });
  }

  async #store({ key, revision }: StoredObject, crd: CustomResourceDefinition): Promise<void> {
    const { shop, crds } = this.#at;
    const object = asJsonObject(crd);
    if (!isFree(object)) {
      await crds.put(key, object, revision);
      return;
    }
    await shop.store.commit([{ key, value: undefined, expect: revision }]);
    crds.forget(key);
  }
}

const inProgress = { reason: "InstanceDeletionInProgress", message: "CustomResource deletion is in progress" };

function withReason(
  crd: CustomResourceDefinition,
  why: Pick<Condition, "reason" | "message">,
  nowMs: number,
): CustomResourceDefinition {
  const conditions = crd.status?.conditions ?? [];
  if (conditions.some(({ type, reason }) => type === "Terminating" && reason === why.reason)) return crd;
  const terminating = { type: "Terminating", status: "True", ...why, lastTransitionTime: timestamp(nowMs) } as const;
  return { ...crd, status: { ...crd.status, conditions: settled(conditions, terminating) } };
}

function released(crd: CustomResourceDefinition): CustomResourceDefinition {
  const object = asJsonObject(crd);
  const others = textsIn(metadataOf(object), "finalizers").filter((finalizer) => finalizer !== cleanupFinalizer);
  const free = withMetadata(object, { finalizers: others.length === 0 ? undefined : others });
  return isCrd(free) ? free : crd;
}

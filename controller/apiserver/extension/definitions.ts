import { isTrue } from "../../api/conditions.ts";
import { asJsonObject } from "../../base/as-json.ts";
import { sleep } from "../../base/clock.ts";
import { isSporeError } from "../../base/errors.ts";
import type { Logger } from "../../base/log.ts";
import { isSameJson } from "../../base/same-json.ts";
import { isCrd } from "../../schema/crd-causes.ts";
import { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import type { Workshop } from "../call.ts";
import type { Collection } from "../collection.ts";
import type { KindRegistry } from "../kind-registry.ts";
import { isDeleting } from "../object-meta.ts";
import { judgeNames, takenBy } from "./accepted-names.ts";
import { type HooksOf, servedKindsFromCrd } from "./crd-kinds.ts";
import { DefinitionEnd } from "./definition-end.ts";

interface Surroundings {
  readonly shop: Workshop;
  readonly registry: KindRegistry;
  readonly log: Logger;
  readonly hooksOf: HooksOf;
  /** Told the name of each CRD that is gone. */
  readonly onGone: (name: string) => void;
}

/** What was last served of a CRD. */
type Shown = Pick<CustomResourceDefinition, "spec" | "status">;

/** Where all that is written to a CRD by this class takes turns. */
const turn = "definitions";
const lookAgainMs = 1000;

/**
 * Keeps what is served in step with the CRDs in the store: judges their names, serves what is established, and takes away what is deleted. It gets
 * the names of CRDs and not what happened to them, and reads the rest, so that it may begin anywhere and run in several servers at once.
 */
export class Definitions {
  readonly #at: Surroundings;
  readonly #crds: Collection;
  readonly #end: DefinitionEnd;
  readonly #closing = new AbortController();
  readonly #known = new Map<string, CustomResourceDefinition>();
  readonly #shown = new Map<string, Shown>();
  #running: Promise<void> = Promise.resolve();

  /** @throws SporeError `SPORE_INTERNAL` when the kind CustomResourceDefinition is not served. */
  constructor(surroundings: Surroundings) {
    const { registry, shop, log, hooksOf } = surroundings;
    this.#at = surroundings;
    this.#crds = registry.get(CustomResourceDefinition);
    const signal = this.#closing.signal;
    this.#end = new DefinitionEnd({ shop, registry, log, hooksOf, crds: this.#crds, signal });
  }

  /** Serves every CRD that is in the store, and from then on follows them. */
  async start(): Promise<void> {
    const revision = await this.#readAll();
    this.#running = this.#follow(revision);
  }

  /** Brings one CRD into effect now, without waiting to hear of it. */
  async settle(name: string): Promise<void> {
    await this.#at.shop.locks.run(turn, () => this.#sync(name));
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#end.stopped();
  }

  /** @returns the revision that was read. */
  async #readAll(): Promise<number> {
    const { items, revision } = await this.#crds.page(undefined, {});
    await this.#at.shop.locks.run(turn, async () => {
      // The names that were accepted before must be known before any is judged.
      this.#known.clear();
      for (const { name, object } of items) if (isCrd(object)) this.#known.set(name, object);
      const there = items.map(({ name }) => name);
      const gone = [...this.#shown.keys()].filter((name) => !there.includes(name));
      for (const name of [...there, ...gone]) await this.#sync(name);
    });
    return revision;
  }

  async #follow(start: number): Promise<void> {
    const { log, shop } = this.#at;
    const { signal } = this.#closing;
    const prefix = this.#crds.prefix(undefined);
    for (let after = start; !signal.aborted; ) {
      try {
        for await (const { key, revision } of this.#crds.changes(prefix, after, signal)) {
          await this.settle(key.slice(prefix.length));
          after = revision;
        }
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, "the CustomResourceDefinitions could not be followed; trying again");
        await sleep(shop.clock, lookAgainMs, signal).catch(() => {}); // the loop looks at the signal itself
        after = await this.#readAll().catch(() => after);
      }
    }
  }

  /** One CRD as it stands in the store. Names that it sets free are given to those that wait for them. */
  async #sync(name: string): Promise<void> {
    const before = this.#known.get(name);
    const crd = await this.#judged(name);
    if (crd === undefined) this.#remove(name);
    else {
      if (isTrue(crd.status?.conditions, "Established")) this.#serve(crd);
      if (isDeleting(asJsonObject(crd))) {
        await this.#at.registry.close(name); // here, and not only where the objects go: others may hold the CRD longer
        this.#end.begin(crd);
      }
    }
    const waits =
      before !== undefined &&
      !isSameJson(asJsonObject(crd?.status?.acceptedNames), asJsonObject(before.status?.acceptedNames));
    if (waits) await this.#judgeOthers(before);
  }

  async #judgeOthers({ metadata, spec }: CustomResourceDefinition): Promise<void> {
    for (const other of this.#peers(spec.group, metadata.name)) {
      if (!isTrue(other.status?.conditions, "NamesAccepted")) await this.#sync(other.metadata.name);
    }
  }

  /** The CRD with the names that it may bear, stored; undefined when it is gone. */
  async #judged(name: string): Promise<CustomResourceDefinition | undefined> {
    const { shop } = this.#at;
    return shop.locks.run(this.#crds.key(undefined, name), async () => {
      for (;;) {
        const found = await this.#crds.find(undefined, name);
        if (found === undefined || !isCrd(found.object)) {
          this.#known.delete(name);
          return undefined;
        }
        const status = judgeNames(found.object, this.#taken(found.object), shop.clock.now());
        const judged = { ...found.object, status };
        this.#known.set(name, judged);
        if (isSameJson(asJsonObject(status), asJsonObject(found.object.status))) return judged;
        try {
          await this.#crds.put(found.key, asJsonObject(judged), found.revision);
          return judged;
        } catch (error) {
          if (!isSporeError(error, "SPORE_CONFLICT")) throw error; // else another server came first: what did it write?
        }
      }
    });
  }

  #taken({ metadata, spec }: CustomResourceDefinition) {
    const peers = this.#peers(spec.group, metadata.name).map(({ status }) => status?.acceptedNames ?? {});
    return takenBy([...peers, ...this.#at.registry.builtinNames(spec.group)]);
  }

  #peers(group: string, except: string): readonly CustomResourceDefinition[] {
    return [...this.#known.values()].filter(({ metadata, spec }) => spec.group === group && metadata.name !== except);
  }

  #serve(crd: CustomResourceDefinition): void {
    const { registry, hooksOf, log } = this.#at;
    const { name } = crd.metadata;
    const shown = this.#shown.get(name);
    const isSame = (part: (crd: Shown) => unknown) =>
      shown !== undefined && isSameJson(asJsonObject(part(crd)), asJsonObject(part(shown)));
    if (isSame(({ spec }) => spec) && isSame(({ status }) => status?.acceptedNames)) return;
    try {
      registry.put(name, servedKindsFromCrd(crd, hooksOf));
      this.#shown.set(name, crd);
    } catch (error) {
      // One that was stored when the rules were others. What was served of it before goes on.
      log.error({ crd: name, err: error }, "a CustomResourceDefinition cannot be served");
    }
  }

  #remove(name: string): void {
    this.#at.registry.remove(name);
    this.#shown.delete(name);
    this.#at.onGone(name);
  }
}

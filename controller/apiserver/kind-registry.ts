import { Namespace } from "../api/core-kinds.ts";
import { apiVersionOf, type Kind } from "../api/kind.ts";
import { SporeError } from "../base/errors.ts";
import type { CustomResourceNames } from "../schema/custom-resource-definition.ts";
import type { Store } from "../store/store.ts";
import { Collection } from "./collection.ts";
import type { ObjectCache } from "./object-cache.ts";
import { allVerbs, type ServedKind } from "./served-kind.ts";

/** What is served at one moment. `revision` moves with every change, so that what was made of the kinds can be made anew. */
export interface ServedKinds {
  readonly revision: number;
  readonly kinds: readonly ServedKind[];
}

/** One object, and what reads it. */
export interface Place {
  readonly collection: Collection;
  readonly namespace: string | undefined;
  readonly name: string;
}

/** Everything that the server serves, by group, version and plural. Kinds come and go with the CustomResourceDefinitions that define them. */
export class KindRegistry implements ServedKinds {
  readonly #store: Store;
  readonly #cache: ObjectCache;
  readonly #bySource = new Map<string, readonly Collection[]>();
  #byName: ReadonlyMap<string, Collection> = new Map();
  #byPlace: ReadonlyMap<string, Collection> = new Map();
  #kinds: readonly ServedKind[] = [];
  #revision = 0;

  constructor(store: Store, cache: ObjectCache) {
    this.#store = store;
    this.#cache = cache;
  }

  get revision(): number {
    return this.#revision;
  }

  /** In the order in which their sources first came. Those that are to go have only the verbs left that lead there. */
  get kinds(): readonly ServedKind[] {
    return this.#kinds;
  }

  /** What can lie in a namespace, one collection for everything that lies in the same place. */
  get contents(): readonly Collection[] {
    return [...this.#byPlace.values()].filter(({ served }) => served.kind.namespaced && served.review === undefined);
  }

  get namespaces(): Collection {
    return this.get(Namespace);
  }

  /**
   * The objects of a kind that the server itself cannot do without.
   *
   * @throws SporeError `SPORE_INTERNAL` when it is not served.
   */
  get({ group, version, plural, kind }: Kind): Collection {
    const found = this.find(group, version, plural);
    if (found === undefined) throw new SporeError("SPORE_INTERNAL", `the kind ${kind} must be served`);
    return found;
  }

  /** What the kinds of a group that need no CRD are called; nothing else may be. */
  builtinNames(group: string): readonly CustomResourceNames[] {
    const builtin = this.of("").filter(({ served }) => served.kind.group === group);
    return builtin.map(({ served: { kind, singular, shortNames, listKind } }) => {
      return { plural: kind.plural, singular, shortNames, kind: kind.kind, listKind };
    });
  }

  /** Which object lies under a key of the store, and through which of its versions it may be read; undefined when its kind is not served. */
  placeOf(key: string): Place | undefined {
    const [, , group = "", plural = "", ...names] = key.split("/");
    const collection = this.#byPlace.get(`/registry/${group}/${plural}/`);
    const [first, second] = names;
    if (collection === undefined || first === undefined) return undefined;
    const { namespaced } = collection.served.kind;
    if (namespaced !== (second !== undefined)) return undefined;
    return { collection, namespace: namespaced ? first : undefined, name: second ?? first };
  }

  /** Where an object of that kind lies; undefined when the kind is not served, or lies in namespaces and there is none. */
  keyOf(
    { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
    namespace: string | undefined,
    name: string,
  ): string | undefined {
    const served = this.#kinds.find((one) => one.kind.kind === kind && apiVersionOf(one.kind) === apiVersion);
    if (served === undefined || (served.kind.namespaced && namespace === undefined)) return undefined;
    return this.get(served.kind).key(served.kind.namespaced ? namespace : undefined, name);
  }

  find(group: string, version: string, plural: string): Collection | undefined {
    return this.#byName.get(nameOf({ group, version, plural }));
  }

  /**
   * Serves `kinds`, and no longer what `source` brought before.
   *
   * @param source the name of the CustomResourceDefinition; empty for the kinds that need none.
   */
  put(source: string, kinds: readonly ServedKind[]): void {
    const before = this.#bySource.get(source) ?? [];
    const kept = (served: ServedKind) => before.find((collection) => collection.served === served);
    const after = kinds.map((served) => {
      return kept(served) ?? new Collection(served, this.#store, this.#cache, this.#revision);
    });
    this.#bySource.set(source, after);
    this.#changed();
    for (const collection of before) if (!after.includes(collection)) collection.end();
  }

  /** Serves what `source` brought no longer; open watches of it end. */
  remove(source: string): void {
    const before = this.#bySource.get(source);
    if (before === undefined) return;
    this.#bySource.delete(source);
    this.#changed();
    for (const collection of before) collection.end();
  }

  /** What `source` brought. */
  of(source: string): readonly Collection[] {
    return this.#bySource.get(source) ?? [];
  }

  /** Lets no more objects be created of what `source` brought. Resolves when the last one that was under way is stored. */
  async close(source: string): Promise<void> {
    const isNew = this.of(source).some(({ gate }) => gate.isOpen);
    const closing = this.of(source).map(({ gate }) => gate.close());
    if (isNew) this.#changed();
    await Promise.all(closing);
  }

  #changed(): void {
    this.#revision += 1;
    this.#byName = new Map(this.#all().map((collection) => [nameOf(collection.served.kind), collection]));
    // Of several that lie in one place the first counts: a kind itself, before what is a view of it.
    this.#byPlace = new Map(
      this.#all()
        .reverse()
        .map((collection) => [collection.prefix(undefined), collection]),
    );
    this.#kinds = this.#all().map(({ served, gate }) => (gate.isOpen ? served : { ...served, verbs: lastVerbs }));
  }

  #all(): Collection[] {
    return [...this.#bySource.values()].flat();
  }
}

/** What may still be done with objects whose kind is to go, as discovery tells it. */
const lastVerbs = allVerbs.filter((verb) => verb !== "patch" && verb !== "create" && verb !== "update");

function nameOf({ group, version, plural }: Pick<ServedKind["kind"], "group" | "version" | "plural">): string {
  return `${group}/${version}/${plural}`;
}

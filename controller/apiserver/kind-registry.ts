import { Namespace } from "../api/core-kinds.ts";
import { SporeError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import { Collection } from "./collection.ts";
import type { ObjectCache } from "./object-cache.ts";
import type { ServedKind } from "./served-kind.ts";

/** What is served at one moment. `revision` moves with every change, so that what was made of the kinds can be made anew. */
export interface ServedKinds {
  readonly revision: number;
  readonly kinds: readonly ServedKind[];
}

/** Everything that the server serves, by group, version and plural. Kinds come and go with the CustomResourceDefinitions that define them. */
export class KindRegistry implements ServedKinds {
  readonly #store: Store;
  readonly #cache: ObjectCache;
  readonly #bySource = new Map<string, readonly Collection[]>();
  #byName: ReadonlyMap<string, Collection> = new Map();
  #revision = 0;

  constructor(store: Store, cache: ObjectCache) {
    this.#store = store;
    this.#cache = cache;
  }

  get revision(): number {
    return this.#revision;
  }

  /** In the order in which their sources first came. */
  get kinds(): readonly ServedKind[] {
    return this.#all().map(({ served }) => served);
  }

  /** What can lie in a namespace; kinds that are views of another's storage are left out. */
  get contents(): readonly Collection[] {
    return this.#all().filter(({ served }) => served.kind.namespaced && served.view === undefined);
  }

  /** @throws SporeError `SPORE_INTERNAL` when the kind Namespace is not served. */
  get namespaces(): Collection {
    const { group, version, plural } = Namespace;
    const namespaces = this.find(group, version, plural);
    if (namespaces === undefined) throw new SporeError("SPORE_INTERNAL", "the kind Namespace must be served");
    return namespaces;
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
    this.#bySource.set(
      source,
      kinds.map((served) => kept(served) ?? new Collection(served, this.#store, this.#cache, this.#revision)),
    );
    this.#changed();
  }

  /** Serves what `source` brought no longer. */
  remove(source: string): void {
    if (this.#bySource.delete(source)) this.#changed();
  }

  #changed(): void {
    this.#revision += 1;
    this.#byName = new Map(this.#all().map((collection) => [nameOf(collection.served.kind), collection]));
  }

  #all(): readonly Collection[] {
    return [...this.#bySource.values()].flat();
  }
}

function nameOf({ group, version, plural }: Pick<ServedKind["kind"], "group" | "version" | "plural">): string {
  return `${group}/${version}/${plural}`;
}

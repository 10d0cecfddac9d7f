import { Namespace } from "../api/core-kinds.ts";
import { SporeError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import { Collection } from "./collection.ts";
import type { ObjectCache } from "./object-cache.ts";
import type { ServedKind } from "./served-kind.ts";

/** Everything that the server serves, by group, version and plural. */
export class Collections {
  readonly #byName: ReadonlyMap<string, Collection>;
  readonly namespaces: Collection;
  /** What can lie in a namespace; kinds that are views of another's storage are left out. */
  readonly contents: readonly Collection[];

  /** @throws SporeError `SPORE_INTERNAL` when Namespace is not among the kinds. */
  constructor(kinds: readonly ServedKind[], store: Store, cache: ObjectCache) {
    const all = kinds.map((served) => new Collection(served, store, cache));
    this.#byName = new Map(all.map((collection) => [nameOf(collection.served.kind), collection]));
    this.contents = all.filter(({ served }) => served.kind.namespaced && served.view === undefined);
    const namespaces = this.#byName.get(nameOf(Namespace));
    if (namespaces === undefined) throw new SporeError("SPORE_INTERNAL", "the kind Namespace must be served");
    this.namespaces = namespaces;
  }

  find(group: string, version: string, plural: string): Collection | undefined {
    return this.#byName.get(nameOf({ group, version, plural }));
  }
}

function nameOf({ group, version, plural }: Pick<ServedKind["kind"], "group" | "version" | "plural">): string {
  return `${group}/${version}/${plural}`;
}

import { apiVersionOf, type Kind } from "../../api/kind.ts";
import { kindsOfCrd } from "../../manifests/crd-kinds.ts";
import type { KindLookup, KnownKind } from "../../manifests/read-yaml.ts";
import type { CacheSource } from "../../runtime/caches.ts";
import { CustomResourceDefinition } from "../../schema/custom-resource-definition.ts";
import type { KindOf } from "./inventory.ts";

/** The kinds that manifests may be of: those that every server has, and those of the CRDs it has now. */
export class ServedKinds {
  readonly #always: readonly KnownKind[];
  readonly #caches: CacheSource;
  /** Objects of a cache do not change: a CRD that did is another object. */
  readonly #compiled = new WeakMap<CustomResourceDefinition, readonly KnownKind[]>();

  /** @param always the kinds that no CRD defines. */
  constructor(always: readonly KnownKind[], caches: CacheSource) {
    this.#always = always;
    this.#caches = caches;
    caches.of(CustomResourceDefinition);
  }

  readonly lookup: KindLookup = (apiVersion, kind) =>
    this.#all().find((known) => known.kind.kind === kind && apiVersionOf(known.kind) === apiVersion);

  /** The kind in the version that its CRD names first. */
  readonly kindOf: KindOf = (group, kind) => this.#kindOf(group, kind);

  #kindOf(group: string, name: string): Kind | undefined {
    return this.#all().find(({ kind }) => kind.group === group && kind.kind === name)?.kind;
  }

  #all(): readonly KnownKind[] {
    return [
      ...this.#always,
      ...this.#caches
        .of(CustomResourceDefinition)
        .list()
        .flatMap((crd) => this.#ofCrd(crd)),
    ];
  }

  #ofCrd(crd: CustomResourceDefinition): readonly KnownKind[] {
    const known = this.#compiled.get(crd) ?? kindsOfCrd(crd);
    this.#compiled.set(crd, known);
    return known;
  }
}

import type { Owner } from "./owners.ts";

/** Who owns what: the objects that name an owner, found by the owner's uid. Objects without owners take no room in it. */
export class Dependents {
  readonly #byOwner = new Map<string, Map<string, Owner>>();
  readonly #ownersOf = new Map<string, readonly Owner[]>();

  /** Notes the owners of the object under `key`; none when it has none any more, or is gone. */
  set(key: string, owners: readonly Owner[]): void {
    for (const { uid } of this.#ownersOf.get(key) ?? []) {
      const dependents = this.#byOwner.get(uid);
      dependents?.delete(key);
      if (dependents?.size === 0) this.#byOwner.delete(uid);
    }
    this.#ownersOf.delete(key);
    if (owners.length === 0) return;
    this.#ownersOf.set(key, owners);
    for (const owner of owners) {
      const dependents = this.#byOwner.get(owner.uid) ?? new Map<string, Owner>();
      this.#byOwner.set(owner.uid, dependents.set(key, owner));
    }
  }

  /** The keys of what an owner has, each with the reference to that owner. */
  of(ownerUid: string): ReadonlyMap<string, Owner> {
    return this.#byOwner.get(ownerUid) ?? new Map();
  }

  clear(): void {
    this.#byOwner.clear();
    this.#ownersOf.clear();
  }
}

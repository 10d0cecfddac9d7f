import type { Kind } from "../api/kind.ts";
import { type Key, keyOf, keyText, type Resource } from "../api/meta.ts";
import { isLater } from "../api/resource-version.ts";
import { type LabelSelector, matchesSelector } from "../api/selector.ts";
import type { Cache, Change, Index, Unsubscribe, ValuesOf } from "./cache.ts";
import { ObjectIndex } from "./object-index.ts";

/** The cache, and the verbs by which a reflector keeps it current. */
export class ObjectCache<T extends Resource> implements Cache<T> {
  readonly kind: Kind<T>;
  readonly #objects = new Map<string, T>();
  readonly #byNamespace = new ObjectIndex<T>(namespaceOf);
  readonly #byLabel = new ObjectIndex<T>(labelTerms);
  readonly #indexes = new Map<unknown, ObjectIndex<T>>();
  readonly #listeners = new Set<{ changed(change: Change<T>): void }>();
  /** Keys whose object came from `note` and was not yet confirmed by the watch. */
  readonly #noted = new Set<string>();
  /** How far the watch came. */
  #seen = "0";

  constructor(kind: Kind<T>) {
    this.kind = kind;
  }

  get(key: Key): T | undefined {
    return this.#objects.get(keyText(key));
  }

  list(namespace?: string): readonly T[] {
    return namespace === undefined ? [...this.#objects.values()] : this.#byNamespace.get(namespace);
  }

  select(selector: LabelSelector, namespace?: string): readonly T[] {
    return this.#candidates(selector, namespace).filter(
      (object) =>
        (namespace === undefined || object.metadata.namespace === namespace) &&
        matchesSelector(selector, object.metadata.labels ?? {}),
    );
  }

  index(valuesOf: ValuesOf<T>): Index<T> {
    const known = this.#indexes.get(valuesOf);
    if (known) return known;
    const index = new ObjectIndex(valuesOf);
    for (const [id, object] of this.#objects) index.change(id, undefined, object);
    this.#indexes.set(valuesOf, index);
    return index;
  }

  listen(listener: (change: Change<T>) => void): Unsubscribe {
    const entry = { changed: listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** Takes the object of a watch event, `ADDED` or `MODIFIED`. */
  apply(object: T): void {
    this.reached(object.metadata.resourceVersion);
    this.#confirm(object);
  }

  /** Takes the object of a `DELETED` event, whose resource version is that of the deletion. */
  remove(object: T): void {
    this.reached(object.metadata.resourceVersion);
    const id = keyText(keyOf(object));
    if (this.#isOvertaken(id, object.metadata.resourceVersion)) return;
    this.#noted.delete(id);
    this.#set(id, undefined);
  }

  /** Takes everything there is, as of `resourceVersion`. Who is not among `objects` is gone. */
  replace(objects: readonly T[], resourceVersion: string): void {
    this.#seen = resourceVersion;
    const listed = new Set(objects.map((object) => keyText(keyOf(object))));
    for (const object of objects) this.#confirm(object);
    for (const id of [...this.#objects.keys()]) {
      if (listed.has(id) || this.#isOvertaken(id, resourceVersion)) continue;
      this.#noted.delete(id);
      this.#set(id, undefined);
    }
  }

  /** Takes the resource version of a bookmark. */
  reached(resourceVersion: string | undefined): void {
    if (resourceVersion !== undefined) this.#seen = resourceVersion;
  }

  /**
   * Takes the answer to a write of our own, ahead of the watch. Left alone when the watch is as far already: the object may have been
   * changed or deleted since, and then the watch has said so.
   */
  note(object: T): void {
    const { resourceVersion } = object.metadata;
    const id = keyText(keyOf(object));
    const known = this.#objects.get(id);
    if (isLater(resourceVersion, this.#seen) !== true) return;
    if (known && isLater(resourceVersion, known.metadata.resourceVersion) !== true) return;
    this.#noted.add(id);
    this.#set(id, object);
  }

  #confirm(object: T): void {
    const id = keyText(keyOf(object));
    if (this.#isOvertaken(id, object.metadata.resourceVersion)) return;
    this.#noted.delete(id);
    const known = this.#objects.get(id);
    if (known?.metadata.resourceVersion !== object.metadata.resourceVersion || !sameIdentity(known, object)) {
      this.#set(id, object);
    }
  }

  /** Whether a note of ours is ahead of that resource version. */
  #isOvertaken(id: string, resourceVersion: string | undefined): boolean {
    return this.#noted.has(id) && isLater(this.#objects.get(id)?.metadata.resourceVersion, resourceVersion) === true;
  }

  #set(id: string, object: T | undefined): void {
    const old = this.#objects.get(id);
    const newest = object ?? old;
    if (newest === undefined) return;
    if (object) this.#objects.set(id, object);
    else this.#objects.delete(id);
    for (const index of [this.#byNamespace, this.#byLabel, ...this.#indexes.values()]) index.change(id, old, object);
    const change = { key: keyOf(newest), object, old };
    for (const listener of this.#listeners) listener.changed(change);
  }

  /** The smallest set known to contain every match. */
  #candidates(selector: LabelSelector, namespace: string | undefined): readonly T[] {
    const terms = termsOf(selector);
    const counted = terms.map((term) => ({ count: this.#byLabel.count(term), get: () => this.#byLabel.get(term) }));
    if (namespace !== undefined) {
      counted.push({ count: this.#byNamespace.count(namespace), get: () => this.#byNamespace.get(namespace) });
    }
    const smallest = counted.reduce<(typeof counted)[number] | undefined>(
      (best, next) => (best === undefined || next.count < best.count ? next : best),
      undefined,
    );
    return smallest ? smallest.get() : this.list();
  }
}

function namespaceOf(object: Resource): readonly string[] {
  return object.metadata.namespace === undefined ? [] : [object.metadata.namespace];
}

/** Each label as `key` and as `key=value`; a label's key holds no `=`. */
function labelTerms(object: Resource): readonly string[] {
  return Object.entries(object.metadata.labels ?? {}).flatMap(([key, value]) => [key, `${key}=${value}`]);
}

/** Terms of which every match has each. Negative requirements name none. */
function termsOf(selector: LabelSelector): readonly string[] {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const required = (selector.matchExpressions ?? []).flatMap(({ key, operator, values }) => {
    if (operator === "Exists") return [key];
    if (operator !== "In") return [];
    return values?.length === 1 ? [`${key}=${values[0]}`] : [key];
  });
  return [...equal, ...required];
}

function sameIdentity(a: Resource | undefined, b: Resource): boolean {
  return a?.metadata.uid === b.metadata.uid;
}

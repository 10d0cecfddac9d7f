import type { Kind } from "../api/kind.ts";
import { type Key, keyText, parseKey, type Resource } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import type { Cache, Change, Unsubscribe } from "./cache.ts";
import { DelayedQueue } from "./delayed-queue.ts";

/** Wakes a controller for changes of another kind. */
export interface Watch<T extends Resource = Resource> {
  readonly kind: Kind<T>;
  /**
   * The objects of the controller's kind that `object` matters to. Called for the object as it is and, after a change, also for the object
   * as it was: when a node moves from one group to another, both wake.
   */
  map(object: T): Iterable<Key>;
  /** Which changes matter. Default: all. */
  when?(change: Change<T>): boolean;
}

/** A `Watch`, with the type of its objects inferred. */
export function watch<T extends Resource>(
  kind: Kind<T>,
  map: (object: T) => Iterable<Key>,
  when: (change: Change<T>) => boolean = () => true,
): Watch<T> {
  return { kind, map, when };
}

/** A `Watch` that wakes the object that owns the changed one as its controller, when it is of the kind `owner`. */
export function watchOwned<T extends Resource>(kind: Kind<T>, owner: Kind): Watch<T> {
  return watch(kind, (object) => ownerKeys(object, owner));
}

function ownerKeys(object: Resource, owner: Kind): readonly Key[] {
  const { namespace, ownerReferences = [] } = object.metadata;
  return ownerReferences
    .filter((reference) => reference.controller === true && reference.kind === owner.kind)
    .filter((reference) => (owner.group === "" ? "" : `${owner.group}/`) === reference.apiVersion.replace(/[^/]*$/, ""))
    .map(({ name }) => (owner.namespaced && namespace !== undefined ? { namespace, name } : { name }));
}

/** Wakes a controller for what happens outside the API, such as heartbeats: calls `wake` with keys until the returned function is called. */
export type Source = (wake: (key: Key) => void) => Unsubscribe;

/** Wakes once for all that `source` says of a key within `settleMs` of its first word. */
export function settled(source: Source, settleMs: number, clock: Clock): Source {
  return (wake) => {
    const waiting = new DelayedQueue<string>(clock, (id) => wake(parseKey(id)));
    const unsubscribe = source((key) => waiting.add(keyText(key), settleMs));
    return () => {
      unsubscribe();
      waiting.clear();
    };
  };
}

/** Calls `wake` with the keys that a change of `cache` means. */
export function enqueueChanges<T extends Resource>(
  cache: Cache<T>,
  watched: Omit<Watch<T>, "kind">,
  wake: (key: Key) => void,
): Unsubscribe {
  return cache.listen((change) => {
    if (watched.when && !watched.when(change)) return;
    for (const id of affected(change, watched)) wake(parseKey(id));
  });
}

function affected<T extends Resource>(
  { object, old }: Change<T>,
  watched: Omit<Watch<T>, "kind">,
): ReadonlySet<string> {
  const ids = new Set<string>();
  if (object) for (const key of watched.map(object)) ids.add(keyText(key));
  if (old) for (const key of watched.map(old)) ids.add(keyText(key));
  return ids;
}

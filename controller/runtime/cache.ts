import type { Key, Resource } from "../api/meta.ts";
import type { LabelSelector } from "../api/selector.ts";

/**
 * All objects of one kind, in memory, kept current by a watch. Reading costs no request. What comes out is frozen, may be a moment old, and
 * is in no particular order. A client from the manager notes the objects it wrote, so a reconciler reads its own writes.
 */
export interface Cache<T extends Resource> {
  get(key: Key): T | undefined;
  /** All objects, or all of a namespace. */
  list(namespace?: string): readonly T[];
  /** The objects with matching labels; costs as much as the smallest set that one of the selector's terms names. */
  select(selector: LabelSelector, namespace?: string): readonly T[];
  /**
   * The objects grouped by what `valuesOf` says about each, such as the nodes by group. Asking with the same function again gives the same
   * index, so let it be a named function of a module. It must be pure.
   */
  index(valuesOf: ValuesOf<T>): Index<T>;
  /** Calls `listener` for every change until the returned function is called. */
  listen(listener: (change: Change<T>) => void): Unsubscribe;
}

/** Objects by a value computed from them. */
export interface Index<T extends Resource> {
  get(value: string): readonly T[];
  count(value: string): number;
}

/** The values under which an index lists an object; none leaves it out. */
export type ValuesOf<T extends Resource> = (object: T) => readonly string[];

/** What became of one object. At least one of `object` and `old` is there. */
export interface Change<T extends Resource> {
  readonly key: Key;
  /** As it is; undefined when it is gone. */
  readonly object: T | undefined;
  /** As it was; undefined when it is new. */
  readonly old: T | undefined;
}

/** Ends a subscription; more than once does no harm. */
export type Unsubscribe = () => void;

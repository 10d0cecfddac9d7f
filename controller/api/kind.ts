import type { Resource } from "./meta.ts";

/**
 * What a program must know to address objects of one kind. The type parameter is the object's type; it exists for
 * the compiler only.
 */
export interface Kind<T extends Resource = Resource> {
  /** API group; empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural, as it stands in URLs. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Never present: carries `T`. */
  readonly object?: T;
}

/** `v1`, or `group/version`. */
export function apiVersionOf(kind: Kind): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

/** `nodes.spore.dev`, or `secrets` in the core group: how errors and logs name a resource. */
export function resourceName(kind: Pick<Kind, "group" | "plural">): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** Whether two descriptions, of one version or of two, are of the same objects. */
export function isSameResource(a: Kind, b: Kind): boolean {
  return a.group === b.group && a.plural === b.plural;
}

/** The URL path of a kind's collection, or of one object in it. */
export function pathOf(kind: Kind, namespace?: string, name?: string, subresource?: string): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const scope = namespace === undefined ? "" : `/namespaces/${encodeURIComponent(namespace)}`;
  const tail = [name, subresource].filter((part) => part !== undefined).map((part) => `/${encodeURIComponent(part)}`);
  return `${root}${scope}/${kind.plural}${tail.join("")}`;
}

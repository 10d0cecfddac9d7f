import { apiVersionOf, type Kind } from "../../api/kind.ts";
import type { Key, OwnerReference, Resource } from "../../api/meta.ts";

/** Kubernetes' own finalizers: what is to become of an object's dependents. */
export const foregroundFinalizer = "foregroundDeletion";
export const orphanFinalizer = "orphan";

/** What is known of one owner. */
export type OwnerState = "there" | "gone" | "waitsForDependents";

/** What an object's owners mean for it. */
export type DependentVerdict =
  | { readonly kind: "keep" }
  | { readonly kind: "delete" }
  /** Some owners are there and some are not: the latter are struck from the list. */
  | { readonly kind: "strike"; readonly uids: readonly string[] };

/**
 * Judges an object by its owners, as Kubernetes does: it lives as long as one of them does; owners that wait in the foreground for their
 * dependents to go do not count.
 */
export function judgeDependent(states: ReadonlyMap<string, OwnerState>): DependentVerdict {
  if (states.size === 0) return { kind: "keep" };
  const with_ = (wanted: OwnerState) => [...states].filter(([, state]) => state === wanted).map(([uid]) => uid);
  const living = with_("there");
  const gone = with_("gone");
  if (living.length === 0) return { kind: "delete" };
  return gone.length > 0 ? { kind: "strike", uids: gone } : { kind: "keep" };
}

/** The kind that an owner reference names. */
export function kindOf(reference: OwnerReference, kinds: readonly Kind[]): Kind | undefined {
  return kinds.find((kind) => kind.kind === reference.kind && apiVersionOf(kind) === reference.apiVersion);
}

/** Where the owner of an object must be: in the same namespace, unless its kind has none. */
export function ownerKey(reference: OwnerReference, kind: Kind, dependent: Resource): Key {
  const { namespace } = dependent.metadata;
  return kind.namespaced && namespace !== undefined ? { namespace, name: reference.name } : { name: reference.name };
}

/** For an index: objects by the uid of each of their owners. */
export function ownerUids({ metadata }: Resource): readonly string[] {
  return (metadata.ownerReferences ?? []).map(({ uid }) => uid);
}

export function hasFinalizer({ metadata }: Resource, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { metadataOf, textIn } from "../object-meta.ts";

/** One entry of `metadata.ownerReferences`. */
export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  /** Whether an owner that is deleted in the foreground waits for this dependent. */
  readonly blocks: boolean;
}

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
  const inState = (wanted: OwnerState) => [...states].filter(([, state]) => state === wanted).map(([uid]) => uid);
  const living = inState("there");
  const gone = inState("gone");
  if (living.length === 0) return { kind: "delete" };
  return gone.length > 0 ? { kind: "strike", uids: gone } : { kind: "keep" };
}

/** The owners that an object names. */
export function ownersOf(object: JsonObject): readonly Owner[] {
  const { ownerReferences } = metadataOf(object);
  if (!Array.isArray(ownerReferences)) return [];
  return ownerReferences.flatMap((reference: JsonValue) => (isJsonObject(reference) ? [ownerOf(reference)] : []));
}

function ownerOf(reference: JsonObject): Owner {
  return {
    apiVersion: textIn(reference, "apiVersion"),
    kind: textIn(reference, "kind"),
    name: textIn(reference, "name"),
    uid: textIn(reference, "uid"),
    blocks: reference.blockOwnerDeletion === true,
  };
}

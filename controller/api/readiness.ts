import { findCondition } from "./conditions.ts";
import type { Condition, Resource } from "./meta.ts";

/** How far an object is with becoming what its spec says, as kstatus computes it for any kind that follows the conventions. */
export interface Readiness {
  readonly state: "Current" | "InProgress" | "Failed" | "Terminating";
  /** Why it is not Current; a sentence, or empty. */
  readonly message: string;
}

interface Judged extends Resource {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/** Kinds of this group have a controller that answers every spec. */
const ownGroup = "spore.dev/";

/** An object without a status has nothing to become and is Current, unless it is one of SPORE's own, which nobody has looked at then. */
export function readinessOf(object: Judged): Readiness {
  const { apiVersion, metadata, status } = object;
  if (metadata.deletionTimestamp !== undefined) return { state: "Terminating", message: "it is being deleted" };
  const { observedGeneration, conditions } = status ?? {};
  const answered = observedGeneration ?? (apiVersion.startsWith(ownGroup) ? 0 : metadata.generation);
  if ((answered ?? 0) < (metadata.generation ?? 0)) {
    return { state: "InProgress", message: "its newest spec was not looked at yet" };
  }
  const stalled = findCondition(conditions, "Stalled");
  if (stalled?.status === "True") return { state: "Failed", message: stalled.message };
  const reconciling = findCondition(conditions, "Reconciling");
  if (reconciling?.status === "True") return { state: "InProgress", message: reconciling.message };
  const ready = findCondition(conditions, "Ready");
  if (ready !== undefined && ready.status !== "True") return { state: "InProgress", message: ready.message };
  return { state: "Current", message: "" };
}

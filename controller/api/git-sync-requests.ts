/** What people ask of a GitSync beyond its spec, as annotations. */

/** Whatever value it has, a new one asks for a look at the repository now. Named as Flux names its own. */
export const reconcileAnnotation = "reconcile.spore.dev/requestedAt";

/** The id of the commit that may delete more than `spec.maxPruned`. */
export const pruneApprovedAnnotation = "spore.dev/prune-approved";

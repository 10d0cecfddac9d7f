import type { Condition } from "../../api/meta.ts";

/** What a CRD that is to go waits for: nothing of its kind may be left. */
export const cleanupFinalizer = "customresourcecleanup.apiextensions.k8s.io";

/**
 * `list` with `condition` in it, in its old place or at the end: Kubernetes keeps the conditions of a CRD in the order in which they came, and
 * without the generation that they judged. The time moves only when the status does.
 */
export function settled(list: readonly Condition[], condition: Condition): readonly Condition[] {
  const old = list.find(({ type }) => type === condition.type);
  if (old === undefined) return [...list, condition];
  const { status, lastTransitionTime } = old;
  const next = status === condition.status ? { ...condition, lastTransitionTime } : condition;
  return list.map((one) => (one === old ? next : one));
}

import { timestamp } from "../base/timestamp.ts";
import type { Condition } from "./meta.ts";

/** What a reconciler found out. `reason` is a CamelCase word; `message` a sentence without clock times or counters. */
export type Verdict = Pick<Condition, "type" | "status" | "reason" | "message">;

/** `list` with `verdict` in it, sorted by type; `list` itself when it says so already. The transition time moves only when the status does. */
export function withCondition(
  list: readonly Condition[],
  verdict: Verdict,
  generation: number,
  now: Date,
): readonly Condition[] {
  const old = findCondition(list, verdict.type);
  if (old && old.observedGeneration === generation && isSameVerdict(old, verdict)) return list;
  const lastTransitionTime = old?.status === verdict.status ? old.lastTransitionTime : timestamp(now.getTime());
  const others = list.filter((condition) => condition.type !== verdict.type);
  const renewed = { ...verdict, observedGeneration: generation, lastTransitionTime };
  return [...others, renewed].sort((a, b) => (a.type < b.type ? -1 : 1));
}

function isSameVerdict(a: Verdict, b: Verdict): boolean {
  return a.status === b.status && a.reason === b.reason && a.message === b.message;
}

/** `list` without the condition of that type. */
export function withoutCondition(list: readonly Condition[], type: string): readonly Condition[] {
  return list.filter((condition) => condition.type !== type);
}

/** The condition of that type, where there is one. */
export function findCondition(list: readonly Condition[] | undefined, type: string): Condition | undefined {
  return list?.find((condition) => condition.type === type);
}

/** Whether the condition of that type is there with status `True`. */
export function isTrue(list: readonly Condition[] | undefined, type: string): boolean {
  return findCondition(list, type)?.status === "True";
}

import { findCondition } from "../api/conditions.ts";
import type { Node } from "../api/node.ts";

/** The reason of `Reachable=True` once the device answered a request. Before that somebody claimed its name in a datagram, which anybody can. */
export const answeredReason = "Answered";

/** Whether the device itself has answered, and not only been heard of. */
export function hasAnswered({ status }: Node): boolean {
  const reachable = findCondition(status?.conditions, "Reachable");
  return reachable?.status === "True" && reachable.reason === answeredReason;
}

import type { NodeGroup } from "../../api/node-group.ts";
import { isEmptySelector, matchesSelector } from "../../api/selector.ts";
import type { Problem } from "../problem.ts";
import { unavailableBudget } from "./rollout.ts";

/** Labels that a device claims stand under this prefix on its Node. */
export const deviceLabelPrefix = "device.spore.dev/";

/** Why a group cannot work at all, whatever it refers to; undefined when it can. Admission asks the same, but reconcilers are the authority. */
export function groupProblem(group: NodeGroup): Problem | undefined {
  if (isEmptySelector(group.spec.selector)) {
    return {
      remedy: "stalled",
      reason: "EmptySelector",
      message: "spec.selector: an empty selector would match every node; say which nodes are meant.",
    };
  }
  const budget = unavailableBudget(group.spec.strategy.maxUnavailable, 1);
  return budget.ok ? selfDefeat(group) : budget.problem;
}

/** A label we push comes back as a claim of the device; it must not take the node out of the group. */
function selfDefeat(group: NodeGroup): Problem | undefined {
  const pushed = Object.entries(group.spec.template.labels ?? {});
  const claims = Object.fromEntries(pushed.map(([key, value]) => [`${deviceLabelPrefix}${key}`, value]));
  const { matchLabels = {}, matchExpressions = [] } = group.spec.selector;
  const byLabel = Object.entries(matchLabels).filter(([key]) => key in claims);
  const byExpression = matchExpressions.filter(({ key }) => key in claims);
  const relevant = { matchLabels: Object.fromEntries(byLabel), matchExpressions: byExpression };
  if (matchesSelector(relevant, claims)) return undefined;
  return {
    remedy: "stalled",
    reason: "InvalidSpec",
    message: "spec.template.labels: once pushed, these labels would take the nodes out of the group's own selector.",
  };
}

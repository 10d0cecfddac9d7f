import { nodeGroupCauses } from "../../api/admission/node-group-causes.ts";
import type { NodeGroup } from "../../api/node-group.ts";
import { isEmptySelector } from "../../api/selector.ts";
import type { Problem } from "../problem.ts";

/** Why a group cannot work at all, whatever it refers to; undefined when it can. Admission asks the same, but reconcilers are the authority. */
export function groupProblem(group: NodeGroup): Problem | undefined {
  const [cause] = nodeGroupCauses(group);
  if (!cause) return undefined;
  const inConfig = cause.field?.startsWith("spec.template.config") === true;
  const reason = isEmptySelector(group.spec.selector) ? "EmptySelector" : inConfig ? "InvalidConfig" : "InvalidSpec";
  return { remedy: "stalled", reason, message: `${cause.field ?? "spec"}: ${cause.message}` };
}

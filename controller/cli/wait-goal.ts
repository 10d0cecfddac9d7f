import { findCondition } from "../api/conditions.ts";
import type { Condition, Resource } from "../api/meta.ts";
import { SporeError } from "../base/errors.ts";
import { relaxedPath } from "./output/custom-columns.ts";
import { goText } from "./output/go-template/go-text.ts";

/** An object that has conditions, or might. */
export interface Conditional extends Resource {
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

/** What is waited for. */
export interface Goal {
  readonly met: string;
  holds(object: Conditional | undefined): boolean;
  explain(object: Conditional): string;
}

/**
 * Reads the value of `--for`.
 *
 * @throws SporeError `SPORE_USAGE` for anything that is no goal.
 */
export function parseGoal(text: string): Goal {
  if (text === "delete") {
    return { met: "deleted", holds: (object) => object === undefined, explain: () => "it is still there" };
  }
  if (text === "create") {
    return { met: "created", holds: (object) => object !== undefined, explain: () => "it does not exist" };
  }
  if (text.startsWith("jsonpath=")) return pathGoal(text.slice("jsonpath=".length));
  const [word, type, status = "True"] = text.split("=");
  if (word !== "condition" || !type) {
    throw new SporeError("SPORE_USAGE", `--for=${text}: no such goal`, {
      hint: "use condition=Ready, condition=Ready=False, jsonpath={.status.phase}=Active, create or delete",
    });
  }
  return {
    met: "condition met",
    holds: (object) =>
      object !== undefined &&
      isCurrent(object, type) &&
      conditionOf(object, type)?.status.toLowerCase() === status.toLowerCase(),
    explain(object) {
      const found = conditionOf(object, type);
      if (!found) return `it has no condition ${type}`;
      if (!isCurrent(object, type))
        return `its controller has not yet looked at generation ${object.metadata.generation}`;
      return `${type} is ${found.status}, ${found.reason}: ${found.message}`;
    },
  };
}

/** `{.status.phase}=Active`, or `{.status.phase}`, which asks whether there is one. */
function pathGoal(text: string): Goal {
  const [, braced, plain, wanted] = /^(?:(\{.*\})|([^{}=]+))(?:=(.*))?$/s.exec(text.replace(/^'(.*)'$/s, "$1")) ?? [];
  const find = relaxedPath(braced ?? plain ?? "");
  const found = (object: Conditional) => find(JSON.parse(JSON.stringify(object)));
  return {
    met: "condition met",
    holds(object) {
      if (object === undefined) return false;
      const [value, second] = found(object);
      if (wanted === undefined) return value !== undefined;
      return value !== undefined && second === undefined && typeof value !== "object" && String(value) === wanted;
    },
    explain(object) {
      const values = found(object);
      if (values.length === 0) return "there is nothing at that path";
      return `there is ${values.map(goText).join(", ")}`;
    },
  };
}

/** A condition that judged an older spec says nothing about this one. */
function isCurrent(object: Conditional, type: string): boolean {
  const judged = conditionOf(object, type)?.observedGeneration ?? object.status?.observedGeneration;
  return judged === undefined || judged >= (object.metadata.generation ?? 0);
}

function conditionOf(object: Conditional, type: string): Condition | undefined {
  return findCondition(object.status?.conditions, type);
}

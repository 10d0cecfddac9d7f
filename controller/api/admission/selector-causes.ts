import type { Cause } from "../../base/errors.ts";
import { forbiddenValue, invalidValue, requiredValue } from "../causes.ts";
import { isLabelValue, isQualifiedName, labelValueRule, qualifiedNameRule } from "../names.ts";
import type { LabelRequirement, LabelSelector } from "../selector.ts";

/** What is wrong with a label selector at `field`, beyond what its schema says. */
export function selectorCauses(selector: LabelSelector, field: string): readonly Cause[] {
  const pairs = Object.entries(selector.matchLabels ?? {}).flatMap(([key, value]) => [
    ...keyCauses(key, `${field}.matchLabels`),
    ...valueCauses([value], `${field}.matchLabels[${key}]`),
  ]);
  const requirements = (selector.matchExpressions ?? []).flatMap((requirement, index) =>
    requirementCauses(requirement, `${field}.matchExpressions[${index}]`),
  );
  return [...pairs, ...requirements];
}

function requirementCauses({ key, operator, values = [] }: LabelRequirement, field: string): readonly Cause[] {
  const needsValues = operator === "In" || operator === "NotIn";
  const counted: readonly Cause[] =
    needsValues === values.length > 0
      ? []
      : [
          needsValues
            ? requiredValue(`${field}.values`, `the operator ${operator} needs at least one value`)
            : forbiddenValue(`${field}.values`, `the operator ${operator} takes no values`),
        ];
  return [...keyCauses(key, `${field}.key`), ...counted, ...valueCauses(values, `${field}.values`)];
}

function keyCauses(key: string, field: string): readonly Cause[] {
  return isQualifiedName(key) ? [] : [invalidValue(field, key, `a label key ${qualifiedNameRule}`)];
}

function valueCauses(values: readonly string[], field: string): readonly Cause[] {
  return values
    .filter((value) => !isLabelValue(value))
    .map((value) => invalidValue(field, value, `a label value ${labelValueRule}`));
}

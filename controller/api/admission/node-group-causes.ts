import semver from "semver";
import type { Cause } from "../../base/errors.ts";
import { forbiddenValue, invalidValue, requiredValue } from "../causes.ts";
import type { NodeGroup, NodeGroupSpecTemplateConfigItem, NodeGroupSpecTemplateFirmware } from "../node-group.ts";
import { isEmptySelector, type LabelSelector, matchesSelector } from "../selector.ts";
import { deviceLabelCauses } from "./device-labels.ts";
import { selectorCauses } from "./selector-causes.ts";
import { isSeveringKey, severingRule } from "./severing-keys.ts";

/** What is wrong with a NodeGroup that is valid by its schema. */
export function nodeGroupCauses({ spec }: Pick<NodeGroup, "spec">): readonly Cause[] {
  const { selector, template, strategy } = spec;
  return [
    ...emptyCauses(selector),
    ...selectorCauses(selector, "spec.selector"),
    ...labelCauses(template.labels ?? {}, selector),
    ...(template.firmware === undefined ? [] : firmwareCauses(template.firmware)),
    ...(template.config ?? []).flatMap((item, index) => configCauses(item, `spec.template.config[${index}]`)),
    ...maxUnavailableCauses(strategy.maxUnavailable),
  ];
}

function emptyCauses(selector: LabelSelector): readonly Cause[] {
  if (!isEmptySelector(selector)) return [];
  const why = "an empty selector would select every node of the namespace; give matchLabels or matchExpressions";
  return [requiredValue("spec.selector", why)];
}

function labelCauses(labels: Readonly<Record<string, string>>, selector: LabelSelector): readonly Cause[] {
  const field = "spec.template.labels";
  return [...deviceLabelCauses(labels, field), ...selfBreakingCauses(labels, selector, field)];
}

/**
 * A label that the group pushes comes back as the device's own claim and, under its plain key, may be one that the selector asks for. If the
 * pushed value does not match, the group would lose the node by its own doing.
 */
function selfBreakingCauses(
  labels: Readonly<Record<string, string>>,
  selector: LabelSelector,
  field: string,
): readonly Cause[] {
  return Object.entries(labels).flatMap(([key, value]) =>
    [key, `device.spore.dev/${key}`]
      .filter((name) => !matchesSelector(partAbout(selector, name), { [name]: value }))
      .map((name) =>
        invalidValue(
          `${field}[${key}]`,
          value,
          `spec.selector asks for another value of ${name}, so the group would lose its own nodes`,
        ),
      ),
  );
}

/** The requirements of a selector that look at one key. */
function partAbout({ matchLabels = {}, matchExpressions = [] }: LabelSelector, key: string): LabelSelector {
  const value = Object.hasOwn(matchLabels, key) ? matchLabels[key] : undefined;
  return {
    ...(value === undefined ? {} : { matchLabels: { [key]: value } }),
    matchExpressions: matchExpressions.filter((requirement) => requirement.key === key),
  };
}

function firmwareCauses({ name, selector, version }: NodeGroupSpecTemplateFirmware): readonly Cause[] {
  const field = "spec.template.firmware";
  if (name !== undefined) {
    if (selector === undefined && version === undefined) return [];
    return [forbiddenValue(field, "give either name, or selector and version, not both")];
  }
  if (selector === undefined || version === undefined) {
    return [requiredValue(field, "give either name, or both selector and version")];
  }
  const range =
    semver.validRange(version) === null
      ? [invalidValue(`${field}.version`, version, 'a range of semantic versions is needed, such as ">=1.4 <2"')]
      : [];
  return [...selectorCauses(selector, `${field}.selector`), ...range];
}

function configCauses(item: NodeGroupSpecTemplateConfigItem, field: string): readonly Cause[] {
  const given = ["configMapRef", "secretRef", "values"].filter((key) => Object.hasOwn(item, key));
  if (given.length !== 1) {
    const found = given.length === 0 ? "none is there" : `${given.join(" and ")} are there`;
    return [invalidValue(field, given, `exactly one of configMapRef, secretRef and values is needed; ${found}`)];
  }
  return Object.keys(item.values ?? {})
    .filter(isSeveringKey)
    .map((key) => forbiddenValue(`${field}.values[${key}]`, severingRule));
}

function maxUnavailableCauses(value: number | string): readonly Cause[] {
  const valid = typeof value === "number" ? value >= 1 : /^([1-9][0-9]?|100)%$/.test(value);
  const why = "a whole number of at least 1, or a percentage from 1% to 100%, is needed";
  return valid ? [] : [invalidValue("spec.strategy.maxUnavailable", value, why)];
}

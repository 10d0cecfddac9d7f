import type { PolicyRule } from "../../api/policy-rule.ts";
import { type Attributes, type PathAttributes, type ResourceAttributes, resourceOf } from "./attributes.ts";

const everything = "*";
const none: readonly string[] = [];

/** Whether one rule allows what is wanted (kubernetes, `plugin/pkg/auth/authorizer/rbac` and `pkg/apis/rbac/v1`). */
export function ruleAllows(rule: PolicyRule, wanted: Attributes): boolean {
  return wanted.kind === "resource" ? allowsResource(rule, wanted) : allowsPath(rule, wanted);
}

function allowsResource(rule: PolicyRule, wanted: ResourceAttributes): boolean {
  const { resourceNames = none } = rule;
  return (
    hasOrAll(rule.verbs, wanted.verb) &&
    hasOrAll(rule.apiGroups ?? none, wanted.group) &&
    namesResource(rule.resources ?? none, wanted) &&
    (resourceNames.length === 0 || (wanted.name !== undefined && resourceNames.includes(wanted.name)))
  );
}

function namesResource(resources: readonly string[], wanted: ResourceAttributes): boolean {
  if (hasOrAll(resources, resourceOf(wanted))) return true;
  return wanted.subresource !== undefined && resources.includes(`*/${wanted.subresource}`);
}

function allowsPath({ verbs, nonResourceURLs = none }: PolicyRule, { verb, path }: PathAttributes): boolean {
  return hasOrAll(verbs, verb) && nonResourceURLs.some((pattern) => pathCovers(pattern, path));
}

function hasOrAll(list: readonly string[], wanted: string): boolean {
  return list.includes(wanted) || list.includes(everything);
}

/** Whether a path, or a pattern that ends in `*`, lies within a pattern. */
export function pathCovers(pattern: string, path: string): boolean {
  return pattern === path || (pattern.endsWith(everything) && path.startsWith(pattern.replace(/\*+$/, "")));
}

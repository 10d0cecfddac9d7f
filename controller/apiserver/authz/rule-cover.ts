import type { PolicyRule } from "../../api/policy-rule.ts";
import { pathCovers } from "./rule-match.ts";

const everything = "*";
const none: readonly string[] = [];

/** A rule about one group, resource and name, or about one path. */
interface SimpleRule {
  readonly verbs: readonly string[];
  readonly group?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly path?: string;
}

/**
 * What of `wanted` the rules of `held` do not cover, one line for each resource as Kubernetes prints it; empty when whoever holds `held` may hand all of
 * `wanted` on (kubernetes, `component-helpers/auth/rbac/validation`).
 */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly string[] {
  const missing = wanted.flatMap(brokenDown).filter((simple) => !held.some((rule) => covers(rule, simple)));
  return compacted(missing).map(ruleText).sort();
}

function brokenDown(rule: PolicyRule): readonly SimpleRule[] {
  const { verbs, apiGroups = none, resources = none, resourceNames = none, nonResourceURLs = none } = rule;
  const names = resourceNames.length > 0 ? resourceNames : [undefined];
  const objects = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({ verbs: [verb], group, resource, ...(name === undefined ? {} : { name }) })),
      ),
    ),
  );
  const paths = nonResourceURLs.flatMap((path) => verbs.map((verb) => ({ verbs: [verb], path })));
  return [...objects, ...paths];
}

function covers(rule: PolicyRule, { verbs, group, resource, name, path }: SimpleRule): boolean {
  if (!rule.verbs.includes(everything) && !verbs.every((verb) => rule.verbs.includes(verb))) return false;
  if (path !== undefined) return (rule.nonResourceURLs ?? none).some((pattern) => pathCovers(pattern, path));
  const { apiGroups = none, resources = none, resourceNames = none } = rule;
  return (
    (apiGroups.includes(everything) || (group !== undefined && apiGroups.includes(group))) &&
    resource !== undefined &&
    coversResource(resources, resource) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)))
  );
}

function coversResource(resources: readonly string[], resource: string): boolean {
  if (resources.includes(everything) || resources.includes(resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && resources.includes(`*/${resource.slice(slash + 1)}`);
}

/** Rules for the same objects as one, with all verbs. */
function compacted(rules: readonly SimpleRule[]): readonly SimpleRule[] {
  const byTarget = new Map<string, SimpleRule>();
  for (const rule of rules) {
    const { group, resource, name, path } = rule;
    // As in Kubernetes, those for paths stay apart.
    const target = JSON.stringify(path === undefined ? [group, resource, name ?? null] : [path, ...rule.verbs]);
    const known = byTarget.get(target);
    byTarget.set(
      target,
      known === undefined ? rule : { ...known, verbs: [...new Set([...known.verbs, ...rule.verbs])] },
    );
  }
  return [...byTarget.values()];
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
function ruleText({ verbs, group, resource, name, path }: SimpleRule): string {
  const list = (title: string, values: readonly (string | undefined)[]) => {
    const texts = values.flatMap((value) => (value === undefined ? [] : [JSON.stringify(value)]));
    return texts.length === 0 ? [] : [`${title}:[${texts.join(" ")}]`];
  };
  const parts = [
    ...list("APIGroups", [group]),
    ...list("Resources", [resource]),
    ...list("ResourceNames", [name]),
    ...list("NonResourceURLs", [path]),
    ...list("Verbs", verbs),
  ];
  return `{${parts.join(", ")}}`;
}

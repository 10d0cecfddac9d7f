import { matchesSelector } from "../../api/selector.ts";
import { isJsonObject, type JsonObject } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import { labelsOf, metadataOf, textIn } from "../object-meta.ts";
import { listIn, selectorIn } from "./rbac-object.ts";

/**
 * The ClusterRoles whose rules are not what their aggregation rule says, as they should be. Roles gather from roles that gather themselves, as `admin` does
 * from `edit`, so it goes round until nothing changes; a round for each role is enough, because rules only travel on.
 */
export function aggregated(roles: readonly JsonObject[]): readonly JsonObject[] {
  const byName = new Map(roles.map((role) => [nameOf(role), role] as const));
  const gathering = roles
    .filter(({ aggregationRule }) => isJsonObject(aggregationRule))
    .map(nameOf)
    .sort();
  for (let round = 0; round < gathering.length; round++) {
    let changed = false;
    for (const name of gathering) {
      const role = byName.get(name) ?? {};
      const rules = gathered(role, [...byName.values()]);
      if (isSameJson(rules, listIn(role, "rules"))) continue;
      byName.set(name, { ...role, rules });
      changed = true;
    }
    if (!changed) break;
  }
  return roles.flatMap((role) => {
    const next = byName.get(nameOf(role));
    return next === undefined || next === role ? [] : [next];
  });
}

/** The rules of all roles that are selected, each once, in the order of the roles' names. */
function gathered(role: JsonObject, roles: readonly JsonObject[]): readonly JsonObject[] {
  const selectors = listIn(isJsonObject(role.aggregationRule) ? role.aggregationRule : {}, "clusterRoleSelectors");
  const parsed = selectors.map(selectorIn);
  const selected = roles
    .filter((other) => nameOf(other) !== nameOf(role))
    .filter((other) => parsed.some((selector) => matchesSelector(selector, labelsOf(other))))
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const rules = new Map<string, JsonObject>();
  for (const rule of selected.flatMap((other) => listIn(other, "rules"))) rules.set(JSON.stringify(rule), rule);
  return [...rules.values()];
}

function nameOf(role: JsonObject): string {
  return textIn(metadataOf(role), "name");
}

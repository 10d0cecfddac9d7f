import { forbiddenValue, requiredValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject } from "../base/json.ts";
import { saysIntOrString } from "./ajv-schema.ts";
import { keywordCauses, schemasOf } from "./keyword-rules.ts";

/** A node of the structure around the junctors, with its path. */
interface Outside {
  readonly node: JsonObject;
  readonly path: string;
}

/** A schema below `allOf`, `anyOf`, `oneOf` or `not`, with its path. */
interface Branch {
  readonly node: JsonObject;
  readonly path: string;
}

/** Structure stands outside of `allOf`, `anyOf`, `oneOf` and `not`; inside are rules about values of what is specified outside. */
export function junctorCauses(node: JsonObject, path: string, levelsLeft: number): readonly Cause[] {
  const repeatsIntOrString = node["x-kubernetes-int-or-string"] === true;
  return branchesOf({ node, path }).flatMap((branch) =>
    repeatsIntOrString && (saysIntOrString(node) || saysIntOrString(branch.node))
      ? []
      : branchCauses(branch, { node, path }, levelsLeft),
  );
}

const structure = ["type", "default", "title", "description", "nullable", "additionalProperties"];

function branchCauses(branch: Branch, outside: Outside, levelsLeft: number): readonly Cause[] {
  if (levelsLeft === 0) return [forbiddenValue(branch.path, "nests too deeply")];
  const keywords = keywordCauses(branch.node, branch.path);
  if (keywords.length > 0) return keywords;
  const misplaced = Object.keys(branch.node)
    .filter((keyword) => structure.includes(keyword) || keyword.startsWith("x-kubernetes-"))
    .map((keyword) => forbiddenValue(`${branch.path}.${keyword}`, "must be empty to be structural"));
  return [
    ...misplaced,
    ...propertyCauses(branch, outside, levelsLeft - 1),
    ...itemCauses(branch, outside, levelsLeft - 1),
    ...branchesOf(branch).flatMap((inner) => branchCauses(inner, outside, levelsLeft - 1)),
  ];
}

function propertyCauses(branch: Branch, outside: Outside, levelsLeft: number): readonly Cause[] {
  const specified = schemasOf(outside.node.properties);
  const { additionalProperties } = outside.node;
  return [...schemasOf(branch.node.properties)].flatMap(([name, node]) => {
    const inner = { node, path: `${branch.path}.properties[${name}]` };
    const own = specified.get(name);
    if (own) return branchCauses(inner, { node: own, path: `${outside.path}.properties[${name}]` }, levelsLeft);
    if (isJsonObject(additionalProperties)) {
      return branchCauses(
        inner,
        { node: additionalProperties, path: `${outside.path}.additionalProperties` },
        levelsLeft,
      );
    }
    return [requiredValue(`${outside.path}.properties[${name}]`, `because it is defined in ${inner.path}`)];
  });
}

function itemCauses(branch: Branch, outside: Outside, levelsLeft: number): readonly Cause[] {
  if (!isJsonObject(branch.node.items)) return [];
  const inner = { node: branch.node.items, path: `${branch.path}.items` };
  const { items } = outside.node;
  if (isJsonObject(items)) return branchCauses(inner, { node: items, path: `${outside.path}.items` }, levelsLeft);
  return [requiredValue(`${outside.path}.items`, `because it is defined in ${inner.path}`)];
}

function branchesOf({ node, path }: Branch | Outside): readonly Branch[] {
  const listed = ["allOf", "anyOf", "oneOf"].flatMap((junctor) => {
    const branches = node[junctor];
    if (!Array.isArray(branches)) return [];
    return branches.filter(isJsonObject).map((inner, index) => ({ node: inner, path: `${path}.${junctor}[${index}]` }));
  });
  return isJsonObject(node.not) ? [...listed, { node: node.not, path: `${path}.not` }] : listed;
}

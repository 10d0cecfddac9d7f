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

/** Where junctors stand. */
interface Standing {
  readonly levelsLeft: number;
  /** At the root, what is named inside must also be specified outside; further down kube-apiserver does not look. */
  readonly isRoot: boolean;
}

/** Structure stands outside of `allOf`, `anyOf`, `oneOf` and `not`; inside are rules about values of what is specified outside. */
export function junctorCauses(node: JsonObject, path: string, standing: Standing): readonly Cause[] {
  const repeatsIntOrString = node["x-kubernetes-int-or-string"] === true;
  return branchesOf({ node, path }).flatMap((branch) =>
    repeatsIntOrString && (saysIntOrString(node) || saysIntOrString(branch.node))
      ? []
      : [
          ...branchCauses(
            branch,
            standing.levelsLeft,
            standing.isRoot || node["x-kubernetes-embedded-resource"] === true,
          ),
          ...(standing.isRoot ? missingCauses(branch, { node, path }, standing.levelsLeft) : []),
        ],
  );
}

/** Keywords that are structure, and what Kubernetes says of them inside. */
const structure: ReadonlyMap<string, string> = new Map([
  ...["type", "title", "description"].map((keyword) => [keyword, "must be empty to be structural"] as const),
  ...["default", "additionalProperties"].map((keyword) => [keyword, "must be undefined to be structural"] as const),
  ["nullable", "must be false to be structural"],
  ...["list-map-keys", "validations"].map(
    (name) => [`x-kubernetes-${name}`, "must be empty to be structural"] as const,
  ),
  ...["list-type", "map-type"].map((name) => [`x-kubernetes-${name}`, "must be undefined to be structural"] as const),
  ...["int-or-string", "embedded-resource", "preserve-unknown-fields"].map((name) => {
    return [`x-kubernetes-${name}`, "must be false to be structural"] as const;
  }),
]);

/** @param isResource whether the branch is about an object that has metadata. */
function branchCauses({ node, path }: Branch, levelsLeft: number, isResource: boolean): readonly Cause[] {
  if (levelsLeft === 0) return [forbiddenValue(path, "nests too deeply")];
  const keywords = keywordCauses(node, path);
  if (keywords.length > 0) return keywords;
  const misplaced = [...structure].flatMap(([keyword, why]) => {
    const value = node[keyword];
    return value === undefined || value === false ? [] : [forbiddenValue(`${path}.${keyword}`, why)];
  });
  const properties = schemasOf(node.properties);
  const metadata =
    isResource && properties.has("metadata")
      ? [forbiddenValue(`${path}.properties[metadata]`, "must not be specified in a nested context")]
      : [];
  return [
    ...misplaced,
    ...metadata,
    ...[...properties].flatMap(([name, inner]) => {
      return branchCauses({ node: inner, path: `${path}.properties[${name}]` }, levelsLeft - 1, false);
    }),
    ...(isJsonObject(node.items)
      ? branchCauses({ node: node.items, path: `${path}.items` }, levelsLeft - 1, false)
      : []),
    ...branchesOf({ node, path }).flatMap((inner) => branchCauses(inner, levelsLeft - 1, isResource)),
  ];
}

/** What a branch says about properties and items that are specified nowhere. */
function missingCauses(branch: Branch, outside: Outside, levelsLeft: number): readonly Cause[] {
  if (levelsLeft === 0) return [];
  const specified = schemasOf(outside.node.properties);
  const properties = [...schemasOf(branch.node.properties)].flatMap(([name, node]) => {
    const inner = { node, path: `${branch.path}.properties[${name}]` };
    const own = specified.get(name);
    const at = `${outside.path}.properties[${name}]`;
    if (own === undefined) return [requiredValue(at, `because it is defined in ${inner.path}`)];
    return missingCauses(inner, { node: own, path: at }, levelsLeft - 1);
  });
  return [
    ...properties,
    ...missingItems(branch, outside, levelsLeft - 1),
    ...branchesOf(branch).flatMap((inner) => missingCauses(inner, outside, levelsLeft - 1)),
  ];
}

function missingItems(branch: Branch, outside: Outside, levelsLeft: number): readonly Cause[] {
  if (!isJsonObject(branch.node.items)) return [];
  const inner = { node: branch.node.items, path: `${branch.path}.items` };
  const { items } = outside.node;
  if (isJsonObject(items)) return missingCauses(inner, { node: items, path: `${outside.path}.items` }, levelsLeft);
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

import type { JsonSchemaProps } from "../schema.ts";
import { type Declared, declared } from "./declare.ts";
import { type Convert, conversion } from "./json-values.ts";
import { type CompiledRule, compileRule, isCompiled } from "./rule.ts";

/** The rules of a schema, laid out as the schema is. Only what has rules, or leads to some, is there. */
export interface RuleNode {
  /** The type that errors name. */
  readonly type: string;
  readonly rules: readonly CompiledRule[];
  readonly convert: Convert;
  readonly properties: ReadonlyMap<string, RuleNode>;
  readonly additional: RuleNode | undefined;
  readonly items: RuleNode | undefined;
  /** Of a list whose items are told apart by these fields; empty for any other. */
  readonly mapKeys: readonly string[];
  /** Whether there is a rule about changes here or below. */
  readonly hasTransitions: boolean;
}

/**
 * The rules of a schema, compiled; undefined when it has none. A rule that cannot be compiled is left out: a CRD that holds one is refused
 * when it is written, and what was stored by another version of this program must not make its objects unwritable.
 *
 * @param schema structural, and no deeper than schemas may be.
 */
export function ruleTree(schema: JsonSchemaProps): RuleNode | undefined {
  return hasRules(schema) ? node(schema, true, declared(schema, true)) : undefined;
}

/** Whether there are rules anywhere in a schema. */
export function hasRules({ properties, items, additionalProperties, ...schema }: JsonSchemaProps): boolean {
  if ((schema["x-kubernetes-validations"]?.length ?? 0) > 0) return true;
  if (items && hasRules(items)) return true;
  if (typeof additionalProperties === "object" && hasRules(additionalProperties)) return true;
  return Object.values(properties ?? {}).some(hasRules);
}

function node(schema: JsonSchemaProps, isRoot: boolean, self: Declared | undefined): RuleNode | undefined {
  if (!hasRules(schema) || self === undefined) return undefined;
  const rules = (schema["x-kubernetes-validations"] ?? []).flatMap((source) => {
    const made = compileRule(source, schema, self);
    if (isCompiled(made)) return [made];
    return made.usable ? [made.usable] : [];
  });
  const properties = new Map(
    Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
      const below = inner(property);
      return below ? [[name, below] as const] : [];
    }),
  );
  const { items, additionalProperties } = schema;
  const additional = typeof additionalProperties === "object" ? inner(additionalProperties) : undefined;
  const item = items && inner(items);
  const below = [...properties.values(), additional, item];
  return {
    type: schema.type ?? "",
    rules,
    convert: conversion(schema, isRoot),
    properties,
    additional,
    items: item,
    mapKeys: schema["x-kubernetes-list-type"] === "map" ? (schema["x-kubernetes-list-map-keys"] ?? []) : [],
    hasTransitions: rules.some(({ usesOldSelf }) => usesOldSelf) || below.some((one) => one?.hasTransitions === true),
  };
}

function inner(schema: JsonSchemaProps): RuleNode | undefined {
  const isRoot = schema["x-kubernetes-embedded-resource"] === true;
  return hasRules(schema) ? node(schema, isRoot, declared(schema, isRoot)) : undefined;
}

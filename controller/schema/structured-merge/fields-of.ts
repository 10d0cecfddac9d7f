import { isJsonObject, type JsonValue } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { FieldSet } from "./field-set.ts";
import { elementText, fieldElement, type PathElement } from "./path-element.ts";
import { type KeyedList, memberOf, topologyOf } from "./topology.ts";

/** What is set below a value, and whether the value itself counts as set. */
interface Owned {
  readonly self: boolean;
  readonly below: FieldSet;
}

const leaf: Owned = { self: true, below: FieldSet.empty };

/**
 * All fields that a value sets, as an applied configuration owns them: each leaf; each item of a set or keyed list; each entry of a map; objects and
 * nulls that would otherwise leave no trace.
 */
export function fieldsOf(value: JsonValue, schema: JsonSchemaProps): FieldSet {
  return ownedBy(value, schema).below;
}

function ownedBy(value: JsonValue, schema: JsonSchemaProps): Owned {
  const topology = topologyOf(value, schema);
  if (topology.kind === "leaf") return leaf;
  const steps =
    topology.kind === "object" ? ofMembers(topology.object, topology.schema) : ofItems(topology.items, topology.list);
  return {
    self: false,
    below: FieldSet.of(
      steps.filter(([, { self }]) => self).map(([step]) => step),
      steps.map(([step, { below }]) => [step, below] as const),
    ),
  };
}

type Step = readonly [PathElement, Owned];

function ofMembers(object: Readonly<Record<string, JsonValue>>, schema: JsonSchemaProps): readonly Step[] {
  return Object.entries(object).map(([name, value]) => {
    const { schema: inner, isField } = memberOf(schema, name);
    const { self, below } = ownedBy(value, inner);
    const isBare = value === null || (isJsonObject(value) && Object.keys(value).length === 0);
    return [fieldElement(name), { self: self || isBare || !isField, below }] as const;
  });
}

/** An item that is there more than once is owned, and nothing of what is in it. */
function ofItems(items: readonly JsonValue[], list: KeyedList): readonly Step[] {
  const found = new Map<PathElement, Owned>();
  for (const item of items) {
    const step = list.elementOf(item);
    if (step === undefined) continue;
    const below = found.has(step) ? FieldSet.empty : ownedBy(item, list.items).below;
    found.set(step, { self: true, below });
  }
  return [...found];
}

/** The paths of items that a keyed list or set holds more than once, such as `.spec.ports[name="http"]`. */
export function duplicateItems(value: JsonValue, schema: JsonSchemaProps, path = ""): readonly string[] {
  const topology = topologyOf(value, schema);
  if (topology.kind === "leaf") return [];
  if (topology.kind === "object")
    return Object.entries(topology.object).flatMap(([name, inner]) =>
      duplicateItems(inner, memberOf(schema, name).schema, `${path}.${name}`),
    );
  const seen = new Set<PathElement>();
  return topology.items.flatMap((item) => {
    const step = topology.list.elementOf(item);
    if (step === undefined) return [];
    const at = `${path}${elementText(step)}`;
    if (seen.has(step)) return [at];
    seen.add(step);
    return duplicateItems(item, topology.list.items, at);
  });
}

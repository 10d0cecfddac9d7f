import type { JsonObject, JsonValue } from "../../base/json.ts";
import { withMembers } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { FieldSet } from "./field-set.ts";
import { isBare } from "./merge.ts";
import { fieldElement, fieldOf, type PathElement } from "./path-element.ts";
import { type KeyedList, memberOf, topologyOf } from "./topology.ts";

/**
 * What becomes of an object or list in which nothing is left: with "null" it leaves a null, by which can be seen that it was there; else it goes,
 * but for an object that is in the set itself, and not by its members only.
 */
export type Emptied = "null" | FieldSet;

/** `value` without the fields of a set. */
export function withoutFields(
  value: JsonValue,
  fields: FieldSet,
  schema: JsonSchemaProps,
  emptied: Emptied,
): JsonValue {
  if (fields.isEmpty) return value;
  const topology = topologyOf(value, schema);
  switch (topology.kind) {
    case "leaf":
      return value;
    case "object":
      return withoutMembers(topology.object, fields, schema, emptied);
    case "list":
      return withoutItems(topology.items, fields, topology.list, emptied);
  }
}

function withoutMembers(object: JsonObject, fields: FieldSet, schema: JsonSchemaProps, emptied: Emptied): JsonObject {
  const changes = new Map<string, JsonValue | undefined>();
  for (const [name, value] of Object.entries(object)) {
    const step = fieldElement(name);
    if (fields.members.has(step)) {
      changes.set(name, undefined);
      continue;
    }
    const left = withoutFields(value, fields.below(step), memberOf(schema, name).schema, below(emptied, step));
    if (left !== value) changes.set(name, isBare(left) ? leftOf(left, step, emptied) : left);
  }
  return changes.size === 0 ? object : withMembers(object, changes);
}

function leftOf(bare: JsonValue, step: PathElement, emptied: Emptied): JsonValue | undefined {
  if (emptied === "null") return null;
  return emptied.members.has(step) ? bare : undefined;
}

function withoutItems(items: readonly JsonValue[], fields: FieldSet, list: KeyedList, emptied: Emptied): JsonValue {
  return items.flatMap((item) => {
    const step = list.elementOf(item);
    if (step === undefined) return [item];
    if (fields.members.has(step)) return [];
    return [withoutFields(item, fields.below(step), list.items, below(emptied, step))];
  });
}

function below(emptied: Emptied, step: PathElement): Emptied {
  return emptied === "null" ? emptied : emptied.below(step);
}

/**
 * The set with each object that the schema names, and that something below is in the set of, as a member too: what is owned by parts counts as
 * owned when it is asked whether it may go.
 */
export function withNamedObjects(fields: FieldSet, schema: JsonSchemaProps): FieldSet {
  const members = new Set<PathElement>(fields.members);
  const children: [PathElement, FieldSet][] = [];
  for (const [step, below] of fields.children) {
    const name = fieldOf(step);
    if (name === undefined) {
      children.push([step, withNamedObjects(below, schema.items ?? {})]);
      continue;
    }
    const { schema: inner, isField } = memberOf(schema, name);
    if (isField) members.add(step);
    children.push([step, withNamedObjects(below, inner)]);
  }
  return FieldSet.of(members, children);
}

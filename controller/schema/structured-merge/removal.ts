import type { JsonObject, JsonValue } from "../../base/json.ts";
import { withMembers } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { FieldSet } from "./field-set.ts";
import { isBare } from "./merge.ts";
import { fieldElement, fieldOf, type PathElement } from "./path-element.ts";
import { type KeyedList, memberOf, topologyOf } from "./topology.ts";

/** `value` without the fields of a set. What holds nothing any more after that is taken out as well. */
export function withoutFields(value: JsonValue, fields: FieldSet, schema: JsonSchemaProps): JsonValue {
  if (fields.isEmpty) return value;
  const topology = topologyOf(value, schema);
  switch (topology.kind) {
    case "leaf":
      return value;
    case "object":
      return withoutMembers(topology.object, fields, schema);
    case "list":
      return withoutItems(topology.items, fields, topology.list);
  }
}

function withoutMembers(object: JsonObject, fields: FieldSet, schema: JsonSchemaProps): JsonObject {
  const changes = new Map<string, JsonValue | undefined>();
  for (const [name, value] of Object.entries(object)) {
    const step = fieldElement(name);
    const left = fields.members.has(step)
      ? undefined
      : withoutFields(value, fields.below(step), memberOf(schema, name).schema);
    if (left !== value) changes.set(name, left !== undefined && isBare(left) ? undefined : left);
  }
  return changes.size === 0 ? object : withMembers(object, changes);
}

function withoutItems(items: readonly JsonValue[], fields: FieldSet, list: KeyedList): JsonValue {
  return items.flatMap((item) => {
    const step = list.elementOf(item);
    if (step === undefined) return [item];
    return fields.members.has(step) ? [] : [withoutFields(item, fields.below(step), list.items)];
  });
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

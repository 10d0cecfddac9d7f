import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { objectMetaSchema, typeMetaProperties } from "../object-meta-schema.ts";
import { type JsonSchemaProps, memberSchema } from "../schema.ts";
import { keyElement, type PathElement, valueElement } from "./path-element.ts";

/** How a value is owned and merged. */
export type Topology =
  /** As a whole: scalars, and what the schema calls atomic. */
  | { readonly kind: "leaf" }
  /** Member by member. */
  | { readonly kind: "object"; readonly object: JsonObject; readonly schema: JsonSchemaProps }
  /** Item by item; equal items are the same. */
  | { readonly kind: "list"; readonly items: readonly JsonValue[]; readonly list: KeyedList };

/** A list whose items are told apart by something else than their place. */
export interface KeyedList {
  readonly items: JsonSchemaProps;
  /** Undefined for an item that lacks what makes it one, such as a key. */
  elementOf(item: JsonValue): PathElement | undefined;
}

const typeMetaText: JsonSchemaProps = { type: "string" };
const leaf: Topology = { kind: "leaf" };
/** For what no schema describes: objects member by member, lists as a whole. */
export const deduced: JsonSchemaProps = { "x-kubernetes-preserve-unknown-fields": true };

export function topologyOf(value: JsonValue, schema: JsonSchemaProps): Topology {
  if (isJsonObject(value))
    return schema["x-kubernetes-map-type"] === "atomic" ? leaf : { kind: "object", object: value, schema };
  const list = Array.isArray(value) ? keyedList(schema) : undefined;
  return list && Array.isArray(value) ? { kind: "list", items: value, list } : leaf;
}

/** The schema of an object's member; `isField` where the schema names it, and it is no key of a map. */
export function memberOf(
  schema: JsonSchemaProps,
  name: string,
): { readonly schema: JsonSchemaProps; readonly isField: boolean } {
  const known = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
  const implied = schema["x-kubernetes-embedded-resource"] === true ? resourceMember(name) : undefined;
  return { schema: implied ?? memberSchema(schema, name) ?? deduced, isField: known || implied !== undefined };
}

/** What every object has, also where its schema does not say so. */
function resourceMember(name: string): JsonSchemaProps | undefined {
  if (name === "metadata") return objectMetaSchema;
  return Object.hasOwn(typeMetaProperties, name) ? typeMetaText : undefined;
}

/** A schema for whole objects, of which the one of the kind leaves out what all have. */
export function resourceSchema(schema: JsonSchemaProps): JsonSchemaProps {
  return { ...schema, "x-kubernetes-embedded-resource": true };
}

function keyedList(schema: JsonSchemaProps): KeyedList | undefined {
  const { items = deduced } = schema;
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return { items, elementOf: valueElement };
    case "map": {
      const names = schema["x-kubernetes-list-map-keys"] ?? [];
      return { items, elementOf: (item) => keysElement(item, names, items) };
    }
    default:
      return undefined;
  }
}

/** A key that an item lacks may have a default. */
function keysElement(item: JsonValue, names: readonly string[], schema: JsonSchemaProps): PathElement | undefined {
  if (!isJsonObject(item)) return undefined;
  const keys: [string, JsonValue][] = [];
  for (const name of names) {
    const value = Object.hasOwn(item, name) ? item[name] : schema.properties?.[name]?.default;
    if (value !== undefined) keys.push([name, value]);
  }
  return keys.length === 0 ? undefined : keyElement(Object.fromEntries(keys));
}

import { duplicateValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { JsonSchemaProps } from "./schema.ts";

/** Names duplicates in the lists of a value, which is at `path`. */
export type FindDuplicates = (value: JsonValue, path: string) => readonly Cause[];

/**
 * Prepares the search for duplicates in lists that the schema declares to be sets, or maps by some of their items' fields. Parts of the schema
 * that declare no such list are never visited; undefined when there is none at all.
 */
export function duplicateFinder(schema: JsonSchemaProps): FindDuplicates | undefined {
  const { items, properties, additionalProperties } = schema;
  const below = items && duplicateFinder(items);
  const repeats = repeatFinder(schema);
  const named = new Map(Object.entries(properties ?? {}).map(([name, member]) => [name, duplicateFinder(member)]));
  const others = typeof additionalProperties === "object" ? duplicateFinder(additionalProperties) : undefined;
  const finders = [...named.values(), others, below, repeats];
  if (finders.every((finder) => finder === undefined)) return undefined;
  return (value, path) => {
    if (isJsonObject(value)) return inMembers(value, path, (name) => (named.has(name) ? named.get(name) : others));
    if (!Array.isArray(value)) return [];
    const list: readonly JsonValue[] = value;
    const inItems = below ? list.flatMap((item, index) => below(item, `${path}[${index}]`)) : [];
    return repeats ? [...repeats(list, path), ...inItems] : inItems;
  };
}

function inMembers(
  object: JsonObject,
  path: string,
  finderOf: (name: string) => FindDuplicates | undefined,
): readonly Cause[] {
  const causes: Cause[] = [];
  for (const [name, inner] of Object.entries(object)) {
    const found = finderOf(name)?.(inner, path === "" ? name : `${path}.${name}`);
    if (found) causes.push(...found);
  }
  return causes;
}

/** Finds items that another item of the list already said; undefined where items may repeat. */
function repeatFinder(schema: JsonSchemaProps) {
  const identity = identityIn(schema);
  if (!identity) return undefined;
  return (items: readonly JsonValue[], path: string): readonly Cause[] => {
    const seen = new Set<string>();
    return items.flatMap((item, index) => {
      const key = identity.keyOf(item);
      if (!seen.has(key)) {
        seen.add(key);
        return [];
      }
      return [duplicateValue(`${path}[${index}]`, identity.shown(item))];
    });
  };
}

/** What makes an item of a list the same as another: as text to compare, and as it is shown. */
interface ItemIdentity {
  keyOf(item: JsonValue): string;
  shown(item: JsonValue): JsonValue;
}

/** Undefined where items may repeat. */
function identityIn(schema: JsonSchemaProps): ItemIdentity | undefined {
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return { keyOf: canonicalJson, shown: (item) => item };
    case "map":
      return identityByFields(schema["x-kubernetes-list-map-keys"] ?? []);
    default:
      return undefined;
  }
}

function identityByFields(fields: readonly string[]): ItemIdentity {
  const textOf = (value: JsonValue | undefined) => (value === undefined ? "" : canonicalJson(value));
  return {
    keyOf: (item) =>
      isJsonObject(item) ? `{${fields.map((field) => textOf(item[field])).join()}}` : canonicalJson(item),
    shown: (item) =>
      isJsonObject(item)
        ? Object.fromEntries(fields.flatMap((field) => (item[field] === undefined ? [] : [[field, item[field]]])))
        : item,
  };
}

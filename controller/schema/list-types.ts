import type { Cause } from "../base/errors.ts";
import { canonicalJson, isJsonObject, type JsonValue } from "../base/json.ts";
import { type JsonSchemaProps, memberSchema } from "./schema.ts";
import { goValue } from "./violations.ts";

/** Duplicates in lists that the schema declares to be sets, or maps by some of their items' fields. */
export function duplicates(value: JsonValue, schema: JsonSchemaProps, path = ""): readonly Cause[] {
  if (isJsonObject(value)) {
    return Object.entries(value).flatMap(([name, inner]) => {
      const member = memberSchema(schema, name);
      return member ? duplicates(inner, member, path === "" ? name : `${path}.${name}`) : [];
    });
  }
  if (!Array.isArray(value)) return [];
  const items: readonly JsonValue[] = value;
  const { items: itemSchema } = schema;
  const below = itemSchema ? items.flatMap((item, index) => duplicates(item, itemSchema, `${path}[${index}]`)) : [];
  return [...repeated(items, schema, path), ...below];
}

function repeated(items: readonly JsonValue[], schema: JsonSchemaProps, path: string): readonly Cause[] {
  const identityOf = identity(schema);
  if (!identityOf) return [];
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const id = identityOf(item);
    const key = canonicalJson(id);
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [{ reason: "FieldValueDuplicate", message: `Duplicate value: ${goValue(id)}`, field: `${path}[${index}]` }];
  });
}

/** What makes an item of the list the same as another; undefined where items may repeat. */
function identity(schema: JsonSchemaProps): ((item: JsonValue) => JsonValue) | undefined {
  switch (schema["x-kubernetes-list-type"]) {
    case "set":
      return (item) => item;
    case "map": {
      const keys = schema["x-kubernetes-list-map-keys"] ?? [];
      return (item) =>
        isJsonObject(item)
          ? Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])))
          : item;
    }
    default:
      return undefined;
  }
}

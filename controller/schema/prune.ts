import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { objectMetaSchema } from "./object-meta-schema.ts";
import { type JsonSchemaProps, memberSchema } from "./schema.ts";

/** An object without the fields that its schema does not know. */
export interface Pruned {
  /** Shares what did not change with the input; the input itself when nothing was dropped. */
  readonly object: JsonObject;
  /** What was dropped: `spec.imagee`, `spec.ports[0].nam`, in the order of the object. */
  readonly unknown: readonly string[];
}

/**
 * Drops what `schema` does not specify, as a kube-apiserver does on every write: below arrays and maps too, but not below
 * `x-kubernetes-preserve-unknown-fields`, where only specified parts are looked at. `apiVersion`, `kind` and the fields of
 * ObjectMeta are always known at the root and in embedded resources.
 *
 * @param settled an object that was pruned before: members of `object` that are its very members are not looked at.
 */
export function prune(object: JsonObject, schema: JsonSchemaProps, settled: JsonObject = {}): Pruned {
  const walk: Walk = { unknown: [], settled };
  return { object: pruneObject(object, schema, "", true, walk), unknown: walk.unknown };
}

interface Walk {
  readonly unknown: string[];
  readonly settled: JsonObject;
}

function pruneValue(value: JsonValue, schema: JsonSchemaProps, path: string, walk: Walk): JsonValue {
  if (isJsonObject(value)) {
    return pruneObject(value, schema, path, schema["x-kubernetes-embedded-resource"] === true, walk);
  }
  return Array.isArray(value) ? pruneItems(value, schema, path, walk) : value;
}

function pruneItems(items: readonly JsonValue[], schema: JsonSchemaProps, path: string, walk: Walk): JsonValue {
  const itemSchema = schema.items ?? (keepsUnknown(schema) ? undefined : nothing);
  if (!itemSchema) return items;
  let changed = false;
  const kept = items.map((item, index) => {
    const pruned = pruneValue(item, itemSchema, `${path}[${index}]`, walk);
    changed ||= pruned !== item;
    return pruned;
  });
  return changed ? kept : items;
}

function pruneObject(
  object: JsonObject,
  schema: JsonSchemaProps,
  path: string,
  isResource: boolean,
  walk: Walk,
): JsonObject {
  let changed = false;
  const kept: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(object)) {
    if (isResource && path === "" && value === walk.settled[name]) {
      kept.push([name, value]);
      continue;
    }
    const at = path === "" ? name : `${path}.${name}`;
    const member = isResource ? (resourceMember(name) ?? memberSchema(schema, name)) : memberSchema(schema, name);
    if (member) {
      const pruned = pruneValue(value, member, at, walk);
      changed ||= pruned !== value;
      kept.push([name, pruned]);
    } else if (keepsUnknown(schema)) {
      kept.push([name, value]);
    } else {
      changed = true;
      walk.unknown.push(at);
    }
  }
  // fromEntries defines properties, so a key named __proto__ stays a key.
  return changed ? Object.fromEntries(kept) : object;
}

const nothing: JsonSchemaProps = {};
const typeMeta: JsonSchemaProps = { type: "string" };

function resourceMember(name: string): JsonSchemaProps | undefined {
  if (name === "metadata") return objectMetaSchema;
  return name === "apiVersion" || name === "kind" ? typeMeta : undefined;
}

function keepsUnknown(schema: JsonSchemaProps): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === true;
}

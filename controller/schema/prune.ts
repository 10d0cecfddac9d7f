import { isJsonObject, type JsonObject, type JsonValue, withMembers } from "../base/json.ts";
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
 * @param settled an object that was pruned before: what `object` shares with it, at the same place, is not looked at.
 */
export function prune(object: JsonObject, schema: JsonSchemaProps, settled?: JsonObject): Pruned {
  const unknown: string[] = [];
  return { object: pruneObject({ object, settled, path: "", isResource: true }, schema, unknown), unknown };
}

interface Place {
  readonly object: JsonObject;
  readonly settled: JsonValue | undefined;
  readonly path: string;
  readonly isResource: boolean;
}

interface Inner {
  readonly value: JsonValue;
  readonly settled: JsonValue | undefined;
  readonly path: string;
}

function pruneInner({ value, settled, path }: Inner, schema: JsonSchemaProps, unknown: string[]): JsonValue {
  if (Array.isArray(value)) return pruneItems(value, schema, path, unknown);
  if (!isJsonObject(value)) return value;
  const isResource = schema["x-kubernetes-embedded-resource"] === true;
  return pruneObject({ object: value, settled, path, isResource }, schema, unknown);
}

function pruneItems(items: readonly JsonValue[], schema: JsonSchemaProps, path: string, unknown: string[]): JsonValue {
  const itemSchema = schema.items ?? (keepsUnknown(schema) ? undefined : nothing);
  if (!itemSchema) return items;
  let changed = false;
  const kept = items.map((value, index) => {
    const pruned = isLeaf(value)
      ? value
      : pruneInner({ value, settled: undefined, path: `${path}[${index}]` }, itemSchema, unknown);
    changed ||= pruned !== value;
    return pruned;
  });
  return changed ? kept : items;
}

function pruneObject(place: Place, schema: JsonSchemaProps, unknown: string[]): JsonObject {
  const { object, path, isResource } = place;
  const settled = isJsonObject(place.settled) ? place.settled : nobody;
  let changes: Map<string, JsonValue | undefined> | undefined;
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined || value === settled[name]) continue;
    const member = (isResource ? resourceMember(name) : undefined) ?? memberSchema(schema, name) ?? anyMember(schema);
    if (member ? isLeaf(value) : keepsUnknown(schema)) continue;
    const at = path === "" ? name : `${path}.${name}`;
    const pruned = member && pruneInner({ value, settled: settled[name], path: at }, member, unknown);
    if (pruned === undefined) unknown.push(at);
    if (pruned !== value) changes = (changes ?? new Map()).set(name, pruned);
  }
  return changes ? withMembers(object, changes) : object;
}

function isLeaf(value: JsonValue): boolean {
  return typeof value !== "object" || value === null;
}

const nobody: JsonObject = {};
const nothing: JsonSchemaProps = {};
const typeMeta: JsonSchemaProps = { type: "string" };

function resourceMember(name: string): JsonSchemaProps | undefined {
  if (name === "metadata") return objectMetaSchema;
  return name === "apiVersion" || name === "kind" ? typeMeta : undefined;
}

/** A map of anything holds anything, but says nothing of what is inside: that is unknown. */
function anyMember(schema: JsonSchemaProps): JsonSchemaProps | undefined {
  return schema.additionalProperties === true && !schema["x-kubernetes-preserve-unknown-fields"] ? nothing : undefined;
}

/** What may not be there at all is for validation to refuse. */
function keepsUnknown(schema: JsonSchemaProps): boolean {
  return schema["x-kubernetes-preserve-unknown-fields"] === true || schema.additionalProperties === false;
}

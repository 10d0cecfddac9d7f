import { isJsonObject, type JsonObject, type JsonValue, withMembers } from "../base/json.ts";
import { objectMetaSchema } from "./object-meta-schema.ts";
import { type JsonSchemaProps, memberSchema } from "./schema.ts";

/**
 * Fills in the schema's defaults from the top down, and settles nulls, as a kube-apiserver does on every write and every read: a
 * null that may not be null becomes the default, or goes where there is none. A default applies only where the parent exists.
 * The result shares what did not change with the input.
 *
 * @param settled an object that was defaulted before: what `object` shares with it, at the same place, is not looked at.
 */
export function applyDefaults(object: JsonObject, schema: JsonSchemaProps, settled?: JsonObject): JsonObject {
  return defaultObject(object, schema, true, settled);
}

function defaultValue(value: JsonValue, schema: JsonSchemaProps, settled?: JsonValue): JsonValue {
  if (isJsonObject(value))
    return defaultObject(value, schema, schema["x-kubernetes-embedded-resource"] === true, settled);
  if (!Array.isArray(value) || !schema.items) return value;
  const itemSchema = schema.items;
  let changed = false;
  const items = value.map((item: JsonValue) => {
    const given = isUnwantedNull(item, itemSchema) ? (itemSchema.default ?? null) : item;
    const filled = defaultValue(given, itemSchema);
    changed ||= filled !== item;
    return filled;
  });
  return changed ? items : value;
}

function defaultObject(
  object: JsonObject,
  schema: JsonSchemaProps,
  isResource: boolean,
  settled: JsonValue | undefined,
): JsonObject {
  const before = isJsonObject(settled) ? settled : undefined;
  let changes: Map<string, JsonValue | undefined> | undefined;
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined || value === before?.[name]) continue;
    const member = isResource && name === "metadata" ? objectMetaSchema : memberSchema(schema, name);
    if (!member) continue;
    const given = isUnwantedNull(value, member) ? member.default : value;
    const filled = given === undefined ? undefined : defaultValue(given, member, before?.[name]);
    if (filled !== value) changes = (changes ?? new Map()).set(name, filled);
  }
  for (const [name, fallback] of defaultsIn(schema)) {
    if (!Object.hasOwn(object, name)) changes = (changes ?? new Map()).set(name, fallback);
  }
  return changes ? withMembers(object, changes) : object;
}

type Fallbacks = readonly (readonly [name: string, fallback: JsonValue])[];

const fallbacks = new WeakMap<JsonSchemaProps, Fallbacks>();

/** The defaults of the properties themselves, with those inside them. */
function defaultsIn(schema: JsonSchemaProps): Fallbacks {
  const known = fallbacks.get(schema);
  if (known) return known;
  const found = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const { default: value } = member;
    return value === undefined ? [] : [[name, defaultValue(value, member)] as const];
  });
  fallbacks.set(schema, found);
  return found;
}

function isUnwantedNull(value: JsonValue, schema: JsonSchemaProps): boolean {
  return value === null && schema.nullable !== true;
}

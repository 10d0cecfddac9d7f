import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { objectMetaSchema } from "./object-meta-schema.ts";
import { type JsonSchemaProps, memberSchema } from "./schema.ts";

/**
 * Fills in the schema's defaults from the top down, and settles nulls, as a kube-apiserver does on every write and every read: a
 * null that may not be null becomes the default, or goes where there is none. A default applies only where the parent exists.
 * The result shares what did not change with the input.
 *
 * @param settled an object that was defaulted before: members of `object` that are its very members are not looked at.
 */
export function applyDefaults(object: JsonObject, schema: JsonSchemaProps, settled?: JsonObject): JsonObject {
  return defaultObject(object, schema, true, settled);
}

function defaultValue(value: JsonValue, schema: JsonSchemaProps): JsonValue {
  if (isJsonObject(value)) return defaultObject(value, schema, schema["x-kubernetes-embedded-resource"] === true);
  if (!Array.isArray(value) || !schema.items) return value;
  const itemSchema = schema.items;
  let changed = false;
  const items = value.map((item: JsonValue) => {
    const settled = isUnwantedNull(item, itemSchema) ? (itemSchema.default ?? null) : item;
    const filled = defaultValue(settled, itemSchema);
    changed ||= filled !== item;
    return filled;
  });
  return changed ? items : value;
}

function defaultObject(
  object: JsonObject,
  schema: JsonSchemaProps,
  isResource: boolean,
  settled?: JsonObject,
): JsonObject {
  let changed = false;
  const members: [string, JsonValue][] = [];
  for (const [name, value] of Object.entries(object)) {
    const isSettled = settled !== undefined && value === settled[name];
    const member = isResource && name === "metadata" ? objectMetaSchema : memberSchema(schema, name);
    if (!member || isSettled) {
      members.push([name, value]);
      continue;
    }
    const given = isUnwantedNull(value, member) ? member.default : value;
    changed ||= given !== value;
    if (given === undefined) continue;
    const filled = defaultValue(given, member);
    changed ||= filled !== given;
    members.push([name, filled]);
  }
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (member.default === undefined || Object.hasOwn(object, name)) continue;
    changed = true;
    members.push([name, defaultValue(member.default, member)]);
  }
  return changed ? Object.fromEntries(members) : object;
}

function isUnwantedNull(value: JsonValue, schema: JsonSchemaProps): boolean {
  return value === null && schema.nullable !== true;
}

import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { isSameJson } from "../base/same-json.ts";
import { mapKey } from "./cel/json-values.ts";
import { type JsonSchemaProps, memberSchema } from "./schema.ts";

/**
 * Whether the value that a JSON pointer names is what it was in the old object, so that an error in it may stay (KEP-4008). Values are told
 * from their old ones through objects, maps, and lists that are maps; within any other list, all of it must be as it was.
 */
export function isRatcheted(pointer: string, object: JsonObject, old: JsonObject, schema: JsonSchemaProps): boolean {
  let here: Correlated = { value: object, old, schema };
  for (const part of pointer.split("/").slice(1)) {
    const below = member(here, part.replaceAll("~1", "/").replaceAll("~0", "~"));
    if (below === "apart") return isSameJson(here.value, here.old);
    if (below === undefined) return false;
    here = below;
  }
  return isSameJson(here.value, here.old);
}

interface Correlated {
  readonly value: JsonValue;
  readonly old: JsonValue;
  readonly schema: JsonSchemaProps;
}

/** The value below and its old one; `apart` where such cannot be told from each other, undefined where there was none. */
function member({ value, old, schema }: Correlated, name: string): Correlated | "apart" | undefined {
  if (isJsonObject(value) && isJsonObject(old)) {
    const [now, before] = [own(value, name), own(old, name)];
    if (now === undefined || before === undefined) return undefined;
    return { value: now, old: before, schema: memberSchema(schema, name) ?? {} };
  }
  if (!Array.isArray(value) || !Array.isArray(old)) return undefined;
  if (schema["x-kubernetes-list-type"] !== "map") return "apart";
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const items: readonly JsonValue[] = value;
  const olds: readonly JsonValue[] = old;
  const now = items[Number(name)];
  if (now === undefined) return undefined;
  const before = olds.find((item) => mapKey(item, keys) === mapKey(now, keys));
  return before === undefined ? undefined : { value: now, old: before, schema: schema.items ?? {} };
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

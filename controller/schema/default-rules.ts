import { createHash } from "node:crypto";
import { invalidValue } from "../api/causes.ts";
import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { LruMap } from "../base/lru-map.ts";
import { prune } from "./prune.ts";
import type { JsonSchemaProps } from "./schema.ts";
import { validatorOf } from "./validator.ts";

/** Hashes of schemas whose defaults were found sound. Finding that out means compiling them, and a CRD is written more often than its schemas change. */
const sound = new LruMap<string, readonly Cause[]>(256);

/** Defaults that their own schema would prune or refuse. `schema` must otherwise be structural. */
export function defaultCauses(schema: JsonObject, path: string): readonly Cause[] {
  const defaults = defaultsBelow(schema, path);
  if (defaults.length === 0) return [];
  const hash = createHash("sha256").update(JSON.stringify(schema)).digest("base64");
  const causes = sound.getOrMake(hash, () => judged(defaults));
  if (causes.length > 0) sound.delete(hash); // they may be many, and will hardly be asked for again
  return causes;
}

function judged(defaults: readonly Default[]): readonly Cause[] {
  // All of them as fields of one object, because objects are what prune, default and validate work on, and compiling costs.
  const wrapper: JsonSchemaProps = {
    type: "object",
    properties: Object.fromEntries(defaults.map((found, index) => [fieldName(index), found.schema])),
  };
  const values = Object.fromEntries(defaults.map(({ value }, index) => [fieldName(index), value]));
  const { object, unknown } = prune(values, wrapper);
  // As kube-apiserver does it: a default must be whole by itself, and nobody looks for doubles in it.
  const faults = validatorOf(wrapper)(object).filter(({ reason }) => reason !== "FieldValueDuplicate");
  return defaults.flatMap((found, index) => [
    ...(unknown.some((field) => fieldBelow(field, index) !== undefined)
      ? [invalidValue(found.path, found.value, "must not have unknown fields")]
      : []),
    ...faults.flatMap((cause) => {
      const below = fieldBelow(cause.field ?? "", index);
      if (below === undefined) return [];
      const message = cause.message.replace(
        ` ${fieldName(index)}${below} in body`,
        ` ${below.replace(/^\./, "")} in body`,
      );
      return [{ ...cause, message, field: `${found.path}${below.replace(/^\[/, ".[")}` }];
    }),
  ]);
}

interface Default {
  readonly schema: JsonObject;
  readonly value: JsonValue;
  readonly path: string;
}

function defaultsBelow(schema: JsonObject, path: string): readonly Default[] {
  const { default: value, items, additionalProperties, properties } = schema;
  const inner: readonly (readonly [string, JsonValue | undefined])[] = [
    ...Object.entries(isJsonObject(properties) ? properties : {}).map(
      ([name, property]) => [`properties[${name}]`, property] as const,
    ),
    ["items", items],
    ["additionalProperties", additionalProperties],
  ];
  return [
    ...(value === undefined ? [] : [{ schema, value, path: `${path}.default` }]),
    ...inner.flatMap(([name, one]) => (isJsonObject(one) ? defaultsBelow(one, `${path}.${name}`) : [])),
  ];
}

function fieldName(index: number): string {
  return `default${index}`;
}

/** The part of a path behind the field of that default; undefined when the path lies in another. */
function fieldBelow(path: string, index: number): string | undefined {
  const name = fieldName(index);
  const below = path.slice(name.length);
  return path.startsWith(name) && (below === "" || below.startsWith(".") || below.startsWith("[")) ? below : undefined;
}

import type { Cause } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { applyDefaults } from "./defaults.ts";
import { prune } from "./prune.ts";
import type { JsonSchemaProps } from "./schema.ts";
import { validatorOf } from "./validator.ts";
import { goValue } from "./violations.ts";

/** Defaults that their own schema would prune or refuse. `schema` must otherwise be structural. */
export function defaultCauses(schema: JsonObject, path: string): readonly Cause[] {
  const { items, additionalProperties, properties } = schema;
  return [
    ...(schema.default === undefined ? [] : ownCauses(schema, schema.default, `${path}.default`)),
    ...Object.entries(isJsonObject(properties) ? properties : {}).flatMap(([name, inner]) => {
      return isJsonObject(inner) ? defaultCauses(inner, `${path}.properties[${name}]`) : [];
    }),
    ...(isJsonObject(items) ? defaultCauses(items, `${path}.items`) : []),
    ...(isJsonObject(additionalProperties) ? defaultCauses(additionalProperties, `${path}.additionalProperties`) : []),
  ];
}

/** The value as the one field of an object, because that is what prune, default and validate work on. */
function ownCauses(schema: JsonSchemaProps, value: JsonValue, path: string): readonly Cause[] {
  const wrapper: JsonSchemaProps = { type: "object", properties: { default: schema } };
  const { object, unknown } = prune({ default: value }, wrapper);
  if (unknown.length > 0) {
    const fields = unknown.map((field) => field.replace(/^default\./, "")).join(", ");
    const why = `must not have fields that the schema does not specify: ${fields}`;
    return [{ reason: "FieldValueInvalid", message: `Invalid value: ${goValue(value)}: ${why}`, field: path }];
  }
  return validatorOf(wrapper)(applyDefaults(object, wrapper)).map((cause) => ({
    ...cause,
    field: `${path}${(cause.field ?? "").slice("default".length)}`,
  }));
}

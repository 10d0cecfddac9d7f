import type { JsonValue } from "../base/json.ts";
import { isInt32, stringFormats } from "./formats.ts";
import { objectMetaSchema, typeMetaProperties } from "./object-meta-schema.ts";
import type { JsonSchemaProps } from "./schema.ts";

/** A schema in ajv's dialect, JSON Schema draft 7 with one keyword of our own (`exactNumbersKeyword`). */
export type AjvSchema = Readonly<Record<string, unknown>>;

/**
 * `schema` in ajv's dialect. Differences that matter: OpenAPI's `nullable` and boolean exclusive bounds, int-or-string, implicit
 * ObjectMeta, formats that JSON Schema does not know, and numbers: JavaScript rounds integers above 2^53, so those are refused.
 * Unknown fields are not looked at: pruning has dropped them.
 */
export function ajvSchemaOf(schema: JsonSchemaProps): AjvSchema {
  return resourceSchema(schema, translated(schema));
}

function translated(schema: JsonSchemaProps): AjvSchema {
  const own = {
    ...typeKeywords(schema),
    ...rangeKeywords(schema),
    ...picked(schema, ["pattern", "minLength", "maxLength", "minItems", "maxItems", "uniqueItems"]),
    ...picked(schema, ["required", "minProperties", "maxProperties"]),
    ...(stringFormats.has(schema.format ?? "") ? { format: schema.format } : {}),
    ...(schema.enum?.length ? { enum: schema.enum } : {}),
    ...(schema.items ? { items: translated(schema.items) } : {}),
    ...(schema.properties ? { properties: translatedEach(schema.properties) } : {}),
    ...(schema.additionalProperties === false ? { additionalProperties: false } : {}),
    ...(typeof schema.additionalProperties === "object"
      ? { additionalProperties: translated(schema.additionalProperties) }
      : {}),
    ...combinations(schema),
  };
  if (!schema["x-kubernetes-embedded-resource"]) return own;
  return resourceSchema(schema, { ...own, required: [...new Set([...(schema.required ?? []), "apiVersion", "kind"])] });
}

/** Adds what every object has: `apiVersion`, `kind`, and a well-formed `metadata` that also meets the schema's own rules for it. */
function resourceSchema(schema: JsonSchemaProps, own: AjvSchema): AjvSchema {
  const { apiVersion, kind, metadata } = schema.properties ?? {};
  const objectMeta = translated(objectMetaSchema);
  return {
    ...own,
    properties: {
      ...translatedEach(schema.properties ?? {}),
      apiVersion: translated({ ...typeMetaProperties.apiVersion, ...apiVersion }),
      kind: translated({ ...typeMetaProperties.kind, ...kind }),
      metadata: metadata ? { allOf: [objectMeta, translated({ ...metadata, type: "object" })] } : objectMeta,
    },
  };
}

function typeKeywords(schema: JsonSchemaProps): AjvSchema {
  if (schema["x-kubernetes-int-or-string"]) {
    return { type: nullableType(schema, ["integer", "string"]), exactNumbers: "here" };
  }
  if (!schema.type) return schema["x-kubernetes-preserve-unknown-fields"] ? { exactNumbers: "below" } : {};
  const type = nullableType(schema, [schema.type]);
  if (schema.type === "integer")
    return { type, exactNumbers: "here", ...(schema.format === "int32" ? { int32: true } : {}) };
  return schema["x-kubernetes-preserve-unknown-fields"] ? { type, exactNumbers: "below" } : { type };
}

function nullableType(schema: JsonSchemaProps, types: readonly string[]): readonly string[] {
  return schema.nullable ? [...types, "null"] : types;
}

function rangeKeywords(schema: JsonSchemaProps): AjvSchema {
  const { minimum, maximum, multipleOf } = schema;
  return {
    ...(minimum === undefined ? {} : { [schema.exclusiveMinimum ? "exclusiveMinimum" : "minimum"]: minimum }),
    ...(maximum === undefined ? {} : { [schema.exclusiveMaximum ? "exclusiveMaximum" : "maximum"]: maximum }),
    ...(multipleOf === undefined ? {} : { multipleOf }),
  };
}

function combinations(schema: JsonSchemaProps): AjvSchema {
  const allOf = schema.allOf?.filter((one) => !saysIntOrString(one));
  return {
    ...(allOf && allOf.length > 0 ? { allOf: allOf.map(translated) } : {}),
    ...(schema.anyOf && !saysIntOrString(schema) ? { anyOf: schema.anyOf.map(translated) } : {}),
    ...(schema.oneOf ? { oneOf: schema.oneOf.map(translated) } : {}),
    ...(schema.not ? { not: translated(schema.not) } : {}),
  };
}

/** Whether `anyOf` repeats what `x-kubernetes-int-or-string` says, as OpenAPI tools like to have it. */
export function saysIntOrString(schema: JsonSchemaProps): boolean {
  return JSON.stringify(schema.anyOf) === '[{"type":"integer"},{"type":"string"}]';
}

function picked(schema: JsonSchemaProps, keywords: readonly (keyof JsonSchemaProps)[]): AjvSchema {
  return Object.fromEntries(
    keywords.flatMap((keyword) => (schema[keyword] === undefined ? [] : [[keyword, schema[keyword]]])),
  );
}

function translatedEach(schemas: Readonly<Record<string, JsonSchemaProps>>): AjvSchema {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, translated(schema)]));
}

/** The keywords of our own, as ajv takes them. */
export const ownKeywords = [
  {
    keyword: "exactNumbers",
    schemaType: "string",
    errors: false,
    validate: (where: "here" | "below", value: JsonValue) => (where === "here" ? isExact(value) : isExactBelow(value)),
  },
  {
    keyword: "int32",
    type: "number",
    errors: false,
    validate: (_on: boolean, value: number) => !Number.isInteger(value) || isInt32(value),
  },
] as const;

/** Integers between these may stand for another that JSON spelled out: int64 reaches to 2^63, a double counts to 2^53. */
const int64Bound = 2 ** 63;

function isExact(value: JsonValue): boolean {
  return typeof value !== "number" || !Number.isInteger(value) || Number.isSafeInteger(value);
}

/** Where no schema says integer, a number beyond int64 can only have been meant as a double. */
function isExactBelow(root: JsonValue): boolean {
  const pending: JsonValue[] = [root];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (typeof value === "number" && !isExact(value) && Math.abs(value) < int64Bound) return false;
    if (typeof value === "object" && value !== null) for (const inner of Object.values(value)) pending.push(inner);
  }
  return true;
}

import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import type { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import { objectMetaSchema } from "../schema/object-meta-schema.ts";
import type { CrdFile } from "../schema/read-crds.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";

/**
 * `crds/spore.jsonschema`: one JSON Schema (draft 7, which editors know best) for manifests of all our kinds. A document's `apiVersion` and
 * `kind` decide which part of it holds; documents of other kinds pass.
 */
export function editorSchemaText(files: readonly CrdFile[]): string {
  const kinds = files.flatMap(({ crd }) => kindsOf(crd));
  const schema: JsonObject = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $comment: "Generated from crds/*.yaml by `npm run gen`. Do not edit.",
    title: "Manifests of spore.dev",
    type: "object",
    required: ["apiVersion", "kind", "metadata"],
    properties: {
      apiVersion: choice("The API group and version of the kind.", unique(kinds.map(({ apiVersion }) => apiVersion))),
      kind: choice(
        "The kind of the object.",
        kinds.map(({ kind }) => kind),
      ),
      metadata: { type: "object", description: "Metadata that every object has." },
    },
    allOf: kinds.map(({ apiVersion, kind, name }) => ({
      if: {
        required: ["apiVersion", "kind"],
        properties: { apiVersion: { const: apiVersion }, kind: { const: kind } },
      },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: `#/definitions/${name}` },
    })),
    definitions: {
      ...Object.fromEntries(kinds.map(({ name, definition }) => [name, definition])),
      ObjectMeta: editorSchema(objectMetaSchema),
    },
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

interface EditorKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly definition: JsonObject;
}

function kindsOf({ spec }: CustomResourceDefinition): readonly EditorKind[] {
  return spec.versions.map((version) => ({
    apiVersion: `${spec.group}/${version.name}`,
    kind: spec.names.kind,
    name: `${spec.names.kind}.${version.name}`,
    definition: resource(version.schema.openAPIV3Schema),
  }));
}

/** What is offered for completion, without ruling out the rest. */
function choice(description: string, values: readonly string[]): JsonObject {
  return { description, type: "string", anyOf: [{ enum: values }, {}] };
}

function resource(root: JsonSchemaProps): JsonObject {
  const whole = editorSchema(root);
  const properties = isJsonObject(whole.properties) ? whole.properties : {};
  return {
    ...whole,
    required: unique(["apiVersion", "kind", "metadata", ...(root.required ?? [])]),
    properties: { ...properties, metadata: { $ref: "#/definitions/ObjectMeta" } },
  };
}

const kept = [
  ...["description", "default", "enum", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minProperties"],
  ...["maxProperties", "required", "multipleOf"],
];

/** The same rules in draft 7. Unknown fields are errors here: an editor is where a misspelt name should be seen. */
function editorSchema(schema: JsonSchemaProps): JsonObject {
  const { items, properties, minimum, maximum, format } = schema;
  const entries: readonly (readonly [string, JsonValue])[] = Object.entries(schema);
  return {
    ...typeOf(schema),
    ...Object.fromEntries(entries.filter(([keyword]) => kept.includes(keyword))),
    ...(schema.type === "string" && format !== undefined ? { format } : {}),
    ...(minimum === undefined ? {} : { [schema.exclusiveMinimum ? "exclusiveMinimum" : "minimum"]: minimum }),
    ...(maximum === undefined ? {} : { [schema.exclusiveMaximum ? "exclusiveMaximum" : "maximum"]: maximum }),
    ...(items ? { items: editorSchema(items) } : {}),
    ...(properties ? { properties: eachOf(properties) } : {}),
    ...additional(schema),
    ...junctors(schema),
  };
}

function typeOf(schema: JsonSchemaProps): JsonObject {
  const types = schema["x-kubernetes-int-or-string"] ? ["integer", "string"] : schema.type ? [schema.type] : [];
  const all = schema.nullable && types.length > 0 ? [...types, "null"] : types;
  return all.length === 0 ? {} : { type: all.length === 1 ? (all[0] ?? "") : all };
}

function additional(schema: JsonSchemaProps): JsonObject {
  const { additionalProperties } = schema;
  if (typeof additionalProperties === "object") return { additionalProperties: editorSchema(additionalProperties) };
  const isFree = additionalProperties === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  return schema.type === "object" && !isFree ? { additionalProperties: false } : {};
}

function junctors({ allOf, anyOf, oneOf, not }: JsonSchemaProps): JsonObject {
  return {
    ...(allOf ? { allOf: allOf.map(editorSchema) } : {}),
    ...(anyOf ? { anyOf: anyOf.map(editorSchema) } : {}),
    ...(oneOf ? { oneOf: oneOf.map(editorSchema) } : {}),
    ...(not ? { not: editorSchema(not) } : {}),
  };
}

function eachOf(schemas: Readonly<Record<string, JsonSchemaProps>>): JsonObject {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, editorSchema(schema)]));
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

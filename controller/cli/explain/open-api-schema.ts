import type { Kind } from "../../api/kind.ts";
import type { JsonValue } from "../../base/json.ts";

/** A schema of an OpenAPI v3 document, as far as it is explained. */
export interface OpenApiSchema {
  readonly $ref?: string;
  readonly allOf?: readonly OpenApiSchema[];
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, OpenApiSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly JsonValue[];
  readonly items?: OpenApiSchema;
  readonly additionalProperties?: OpenApiSchema | boolean;
  readonly "x-kubernetes-group-version-kind"?: readonly Pick<Kind, "group" | "version" | "kind">[];
}

/** What the server says of one group and version. */
export interface OpenApiDocument {
  readonly components?: { readonly schemas?: Readonly<Record<string, OpenApiSchema>> };
}

const prefix = "#/components/schemas/";

/** The schema of a kind; undefined when the document has none. */
export function schemaOfKind({ components }: OpenApiDocument, kind: Kind): OpenApiSchema | undefined {
  return Object.values(components?.schemas ?? {}).find((schema) =>
    schema["x-kubernetes-group-version-kind"]?.some(
      (one) => one.group === kind.group && one.version === kind.version && one.kind === kind.kind,
    ),
  );
}

/** The name that a schema refers to, without its package; undefined for one that stands by itself. */
export function referredName(schema: OpenApiSchema): string | undefined {
  const reference = schema.$ref ?? schema.allOf?.find(({ $ref }) => $ref !== undefined)?.$ref;
  return reference?.slice(reference.lastIndexOf(".") + 1);
}

/** The schema itself, where it only refers to another; its own description counts more. */
export function resolved(schema: OpenApiSchema, { components }: OpenApiDocument): OpenApiSchema {
  const reference = schema.$ref ?? schema.allOf?.find(({ $ref }) => $ref !== undefined)?.$ref;
  const target = reference === undefined ? undefined : components?.schemas?.[reference.slice(prefix.length)];
  if (!target) return schema;
  return { ...target, ...(schema.description !== undefined && { description: schema.description }) };
}

/** The schema of the values within a list or a map of any depth. */
export function within(schema: OpenApiSchema, document: OpenApiDocument): OpenApiSchema {
  const own = resolved(schema, document);
  const { items, additionalProperties } = own;
  if (items) return within(items, document);
  if (typeof additionalProperties === "object" && own.properties === undefined)
    return within(additionalProperties, document);
  return own;
}

/** The fields below a schema, by name. */
export function membersOf(schema: OpenApiSchema, document: OpenApiDocument): ReadonlyMap<string, OpenApiSchema> {
  return new Map(Object.entries(within(schema, document).properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export function memberOf(schema: OpenApiSchema, name: string, document: OpenApiDocument): OpenApiSchema | undefined {
  return membersOf(schema, document).get(name);
}

/** `string`, `[]Object`, `map[string]string`, `ObjectMeta`. */
export function typeName(schema: OpenApiSchema, document: OpenApiDocument): string {
  const own = resolved(schema, document);
  if (own.items) return `[]${typeName(own.items, document)}`;
  if (typeof own.additionalProperties === "object") return `map[string]${typeName(own.additionalProperties, document)}`;
  const referred = referredName(schema);
  if (referred !== undefined && own.properties !== undefined) return referred;
  if (own.type !== undefined && own.type !== "object") return own.type;
  return referred ?? "Object";
}

import type { JsonValue } from "../base/json.ts";

/**
 * The schema language of CustomResourceDefinitions: `JSONSchemaProps` of `apiextensions.k8s.io/v1`, which is OpenAPI v3.0's
 * dialect of JSON Schema with Kubernetes' extensions. Keywords that a structural schema may not use (`$ref`, `patternProperties`
 * and so on) are left out; `structural-rules.ts` refuses them by name.
 */
export interface JsonSchemaProps {
  readonly type?: SchemaType;
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly example?: JsonValue;
  readonly default?: JsonValue;
  readonly nullable?: boolean;
  readonly enum?: readonly JsonValue[];

  /** RE2 syntax; matches anywhere in the string unless anchored. */
  readonly pattern?: string;
  /** In characters (code points). */
  readonly minLength?: number;
  readonly maxLength?: number;

  readonly minimum?: number;
  readonly maximum?: number;
  /** Whether `minimum` itself is out of range. */
  readonly exclusiveMinimum?: boolean;
  readonly exclusiveMaximum?: boolean;
  readonly multipleOf?: number;

  readonly items?: JsonSchemaProps;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;

  readonly properties?: SchemaMap;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchemaProps | boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;

  readonly allOf?: readonly JsonSchemaProps[];
  readonly anyOf?: readonly JsonSchemaProps[];
  readonly oneOf?: readonly JsonSchemaProps[];
  readonly not?: JsonSchemaProps;

  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-embedded-resource"?: boolean;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: "atomic" | "granular";
  readonly "x-kubernetes-validations"?: readonly ValidationRule[];
  /** How a strategic merge patch treats the list; built-in kinds only. */
  readonly "x-kubernetes-patch-strategy"?: "merge";
  readonly "x-kubernetes-patch-merge-key"?: string;
}

/** What values must be beside what their schema says of each alone, in the Common Expression Language. */
export interface ValidationRule {
  /** An expression over `self`, and over `oldSelf` in rules about a change. */
  readonly rule: string;
  /** What is said of a value that breaks the rule. Default: the rule itself. */
  readonly message?: string;
  /** An expression that says it. */
  readonly messageExpression?: string;
  /** Default: `FieldValueInvalid`. */
  readonly reason?: string;
  /** The field below the value that is named, such as `.spec.version`. */
  readonly fieldPath?: string;
  /** Whether `oldSelf` may be absent, so that the rule also holds where there is no old value. */
  readonly optionalOldSelf?: boolean;
}

/** The types that a structural schema knows. */
export type SchemaType = "object" | "array" | "string" | "integer" | "number" | "boolean";

/** Schemas by property name. Look names up with `memberSchema`: users choose them, and `constructor` is a name too. */
export type SchemaMap = Readonly<Record<string, JsonSchemaProps>>;

/** The schema of one property of an object, where its name is listed. */
function propertySchema(schema: JsonSchemaProps, name: string): JsonSchemaProps | undefined {
  return schema.properties && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
}

/** The schema that a member of an object must meet: its property's, or that of the map's values. */
export function memberSchema(schema: JsonSchemaProps, name: string): JsonSchemaProps | undefined {
  const { additionalProperties } = schema;
  return propertySchema(schema, name) ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
}

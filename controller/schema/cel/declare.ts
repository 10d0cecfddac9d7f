import type { JsonValue } from "../../base/json.ts";
import type { JsonSchemaProps, SchemaMap } from "../schema.ts";
import { bool, bytes, type CelType, double, duration, dyn, int, listOf, mapOf, string, timestamp } from "./cel-type.ts";
import { escaped } from "./escape.ts";

/** What a schema says of its values to an expression, and of how large they can be. */
export interface Declared {
  readonly type: CelType;
  /** Elements of a list or map, characters of a text. */
  readonly sizeMax: number;
  /** Bytes that the value takes at the least, written as JSON. */
  readonly bytesMin: number;
  /** Of a list or map. */
  readonly element?: Declared;
  readonly key?: Declared;
  /** Of an object, by escaped name. */
  readonly fields?: ReadonlyMap<string, Declared>;
}

/** Bytes of the largest request that Kubernetes takes, by which it bounds what has no bound of its own. */
export const requestMaxBytes = 3 * 1024 * 1024;
/** A character can take four bytes, and sizes are estimated in those. */
const bytesPerCharacter = 4;
const timeBytesMax = 32;
const dateBytesMax = 12;

const scalar = (type: CelType, bytesMin: number): Declared => ({ type, sizeMax: 0, bytesMin });
const text: JsonSchemaProps = { type: "string" };
const rootProperties: SchemaMap = {
  apiVersion: text,
  kind: text,
  metadata: { type: "object", properties: { name: text, generateName: text } },
};

/** The schema as its rules see it: of an object's metadata they see no more than the names. */
export function asRoot(schema: JsonSchemaProps): JsonSchemaProps {
  return { ...schema, type: "object", properties: { ...schema.properties, ...rootProperties } };
}

/**
 * What expressions may know of values with this schema; undefined where they may know nothing, because the schema says nothing of them.
 *
 * @param isRoot whether the values are whole resources.
 * @param name names the types of objects, in messages.
 */
export function declared(schema: JsonSchemaProps, isRoot: boolean, name = "self"): Declared | undefined {
  if (schema["x-kubernetes-int-or-string"] === true) {
    const sizeMax = schema.maxLength === undefined ? requestMaxBytes - 2 : schema.maxLength * bytesPerCharacter;
    return { type: dyn, sizeMax, bytesMin: 1 };
  }
  const whole = isRoot ? asRoot(schema) : schema;
  switch (whole.type) {
    case "array":
      return declaredList(whole, name);
    case "object":
      return typeof whole.additionalProperties === "object" && whole.properties === undefined
        ? declaredMap(whole, whole.additionalProperties, name)
        : declaredObject(whole, name);
    case "string":
      return declaredText(whole);
    case "boolean":
      return scalar(bool, 4);
    case "number":
      return scalar(double, 1);
    case "integer":
      return scalar(int, 1);
    default:
      return undefined;
  }
}

const isEmbedded = (schema: JsonSchemaProps) => schema["x-kubernetes-embedded-resource"] === true;

function declaredList({ items, maxItems }: JsonSchemaProps, name: string): Declared | undefined {
  const element = items && declared(items, isEmbedded(items), `${name}.@idx`);
  if (element === undefined) return undefined;
  const sizeMax = maxItems ?? Math.floor((requestMaxBytes - 2) / (element.bytesMin + 1));
  return { type: listOf(element.type), sizeMax, bytesMin: 2, element };
}

function declaredMap({ maxProperties }: JsonSchemaProps, values: JsonSchemaProps, name: string): Declared | undefined {
  const element = declared(values, isEmbedded(values), `${name}.@elem`);
  if (element === undefined) return undefined;
  const sizeMax = maxProperties ?? Math.floor((requestMaxBytes - 2) / (element.bytesMin + 6));
  // Upstream counts the keys of a map as nothing.
  const key = { type: string, sizeMax: 0, bytesMin: 2 };
  return { type: mapOf(string, element.type), sizeMax, bytesMin: 2, element, key };
}

function declaredObject({ properties = {}, required = [] }: JsonSchemaProps, name: string): Declared {
  const fields = new Map<string, Declared>();
  let bytesMin = 2;
  for (const [property, schema] of Object.entries(properties)) {
    const field = declared(schema, isEmbedded(schema), `${name}.${property}`);
    if (field === undefined) continue;
    const written = escaped(property);
    if (written !== undefined) fields.set(written, field);
    if (required.includes(property) && schema.default === undefined) bytesMin += property.length + field.bytesMin + 4;
  }
  const types = new Map([...fields].map(([field, { type }]) => [field, type]));
  return { type: { kind: "object", name, fields: types }, sizeMax: 0, bytesMin, fields };
}

function declaredText({ format, maxLength, enum: values }: JsonSchemaProps): Declared {
  switch (format) {
    case "byte":
      return { type: bytes, sizeMax: maxLength ?? requestMaxBytes - 2, bytesMin: 2 };
    case "duration":
      return { type: duration, sizeMax: timeBytesMax, bytesMin: 3 };
    case "date":
      return { type: timestamp, sizeMax: dateBytesMax, bytesMin: dateBytesMax };
    case "date-time":
      return { type: timestamp, sizeMax: timeBytesMax, bytesMin: 21 };
    default:
      return declaredPlainText(maxLength, values);
  }
}

function declaredPlainText(maxLength: number | undefined, values: readonly JsonValue[] | undefined): Declared {
  if (maxLength !== undefined) return { type: string, sizeMax: maxLength * bytesPerCharacter, bytesMin: 2 };
  const lengths = (values ?? []).map((value) => (typeof value === "string" ? Buffer.byteLength(value) : 0));
  return { type: string, sizeMax: values ? Math.max(0, ...lengths) : requestMaxBytes - 2, bytesMin: 2 };
}

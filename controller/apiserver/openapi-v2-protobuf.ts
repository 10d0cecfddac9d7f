import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { messageField, textField } from "./protobuf-writer.ts";

/**
 * An OpenAPI v2 document in the messages of gnostic's `openapiv2/OpenAPIv2.proto`: what kubectl asks for. Path and body parameters, media
 * types and the text of responses are left out; nobody reads them in this form.
 */
export function openApiV2Protobuf(document: JsonObject): Uint8Array {
  const info = objectOf(document.info);
  return Buffer.concat([
    textField(1, textOf(document.swagger)),
    messageField(2, textField(1, textOf(info.title)), textField(2, textOf(info.version))),
    messageField(8, ...members(document.paths).map(([path, item]) => named(2, path, pathItem(item)))),
    messageField(9, ...members(document.definitions).map(([name, schema]) => named(1, name, schemaFields(schema)))),
  ]);
}

/** `Named…`: a name, and the message under it. */
function named(number: number, name: string, fields: readonly Uint8Array[]): Uint8Array {
  return messageField(number, textField(1, name), messageField(2, ...fields));
}

const methods: ReadonlyMap<string, number> = new Map([
  ["get", 2],
  ["put", 3],
  ["post", 4],
  ["delete", 5],
  ["patch", 8],
]);

function pathItem(item: JsonObject): readonly Uint8Array[] {
  return members(item).flatMap(([method, operation]) => {
    const number = methods.get(method);
    return number === undefined ? [] : [messageField(number, ...operationFields(operation))];
  });
}

function operationFields(operation: JsonObject): readonly Uint8Array[] {
  const query = listOf(operation.parameters).filter((parameter) => parameter.in === "query");
  return [
    ...query.map((parameter) =>
      messageField(8, messageField(1, messageField(2, messageField(3, ...queryFields(parameter))))),
    ),
    messageField(9),
    ...extensionFields(13, operation),
  ];
}

function queryFields(parameter: JsonObject): readonly Uint8Array[] {
  return [textField(2, "query"), textField(4, textOf(parameter.name)), textField(6, textOf(parameter.type))];
}

function schemaFields(schema: JsonObject): readonly Uint8Array[] {
  const { $ref, format, description, type, required, enum: values, properties, items, additionalProperties } = schema;
  return [
    ...textFields(1, $ref),
    ...textFields(2, format),
    ...textFields(4, description),
    ...(schema.default === undefined ? [] : [anyField(5, schema.default)]),
    ...textsOf(required).map((name) => textField(19, name)),
    ...(Array.isArray(values) ? values.map((value: JsonValue) => anyField(20, value)) : []),
    ...(isJsonObject(additionalProperties)
      ? [messageField(21, messageField(1, ...schemaFields(additionalProperties)))]
      : []),
    ...(typeof type === "string" ? [messageField(22, textField(1, type))] : []),
    ...(isJsonObject(items) ? [messageField(23, messageField(1, ...schemaFields(items)))] : []),
    ...(isJsonObject(properties)
      ? [messageField(25, ...members(properties).map(([name, inner]) => named(1, name, schemaFields(inner))))]
      : []),
    ...extensionFields(31, schema),
  ];
}

/** `Any` holds YAML; JSON is YAML. */
function anyField(number: number, value: JsonValue): Uint8Array {
  return messageField(number, textField(2, JSON.stringify(value)));
}

function extensionFields(number: number, object: JsonObject): readonly Uint8Array[] {
  return Object.entries(object)
    .filter(([name]) => name.startsWith("x-"))
    .map(([name, value]) => messageField(number, textField(1, name), anyField(2, value)));
}

function textFields(number: number, value: JsonValue | undefined): readonly Uint8Array[] {
  return typeof value === "string" ? [textField(number, value)] : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function members(value: JsonValue | undefined): readonly (readonly [string, JsonObject])[] {
  return Object.entries(objectOf(value)).flatMap(([name, inner]) =>
    isJsonObject(inner) ? [[name, inner] as const] : [],
  );
}

import type { JsonObject, JsonValue } from "../base/json.ts";
import { lazily } from "../base/lazily.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";
import { isJsonType, mediaRanges } from "./media-ranges.ts";
import { groupVersionKind, metaModels, modelSchema, modelsOf } from "./openapi-models.ts";
import { type Operation, type Route, routesOf } from "./openapi-routes.ts";
import { openApiV2Protobuf } from "./openapi-v2-protobuf.ts";
import type { ServedKind } from "./served-kind.ts";
import { jsonDocument, type StaticDocument, staticDocument } from "./static-document.ts";

/** OpenAPI v2: one document for all kinds. kubectl still reads it, in protobuf; Argo CD needs it. Made when first asked for. */
export interface OpenApiV2 {
  /** `GET /openapi/v2`; undefined when the client accepts no form of it (406). */
  document(accept: string | undefined): StaticDocument | undefined;
}

/** @param serverVersion as `GET /version` tells it. */
export function openApiV2Of(kinds: readonly ServedKind[], serverVersion: string): OpenApiV2 {
  const swagger = lazily(() => documentOf(kinds, serverVersion));
  const json = lazily(() => jsonDocument(swagger()));
  const protobuf = lazily(() => staticDocument(openApiV2Protobuf(swagger()), openApiV2ProtobufType));
  return {
    document(accept) {
      for (const { type } of mediaRanges(accept)) {
        if (type.startsWith("application/com.github.proto-openapi.spec.v2")) return protobuf();
        if (isJsonType(type)) return json();
      }
      return undefined;
    },
  };
}

/** The media type of the document in gnostic's messages. */
export const openApiV2ProtobufType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

function documentOf(kinds: readonly ServedKind[], serverVersion: string): JsonObject {
  const models = [...metaModels, ...kinds.flatMap(modelsOf)];
  return {
    swagger: "2.0",
    info: { title: "SPORE", version: serverVersion },
    paths: Object.fromEntries(kinds.flatMap(routesOf).map((route) => [route.path, pathItem(route)])),
    definitions: Object.fromEntries(
      models.map((model) => [model.name, modelSchema(model, refPrefix, schemaV2, refer)]),
    ),
  };
}

const refPrefix = "#/definitions/";

function refer(ref: string, description: string): JsonValue {
  return description === "" ? { $ref: ref } : { $ref: ref, description };
}

/** Keywords that mean the same in both versions, and that clients of the v2 document look at. */
const kept = ["type", "format", "description", "default", "enum", "required"] as const;
const extensions = [
  ...["x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type"],
  ...["x-kubernetes-patch-strategy", "x-kubernetes-patch-merge-key", "x-kubernetes-embedded-resource"],
  ...["x-kubernetes-int-or-string", "x-kubernetes-preserve-unknown-fields"],
] as const;

/** v2 knows neither nullable values nor alternatives; where a schema leaves the type open, nothing may be said. */
function schemaV2(schema: JsonSchemaProps): JsonObject {
  const extended = picked(schema, extensions);
  if (schema["x-kubernetes-int-or-string"] || schema["x-kubernetes-preserve-unknown-fields"]) {
    return { ...picked(schema, ["description"]), ...extended };
  }
  // A null would have to be a value of the type.
  const own = schema.nullable ? kept.filter((keyword) => keyword !== "default" && keyword !== "type") : kept;
  const { properties, additionalProperties, items } = schema;
  return {
    ...picked(schema, own),
    ...extended,
    ...(items ? { items: schemaV2(items) } : {}),
    ...(properties
      ? { properties: Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, schemaV2(inner)])) }
      : {}),
    ...(typeof additionalProperties === "object" ? { additionalProperties: schemaV2(additionalProperties) } : {}),
  };
}

function picked(schema: JsonSchemaProps, keywords: readonly string[]): JsonObject {
  const entries: readonly (readonly [string, JsonValue])[] = Object.entries(schema);
  return Object.fromEntries(entries.filter(([keyword]) => keywords.includes(keyword)));
}

function pathItem({ path, operations }: Route): JsonObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const parameters = names.map((name) => ({ in: "path", name, required: true, type: "string" }));
  return {
    ...(parameters.length > 0 ? { parameters } : {}),
    ...Object.fromEntries(operations.map((one) => [one.method, operationV2(one)])),
  };
}

function operationV2({ action, id, served, query, body, answer }: Operation): JsonObject {
  return {
    operationId: id,
    consumes: body?.mediaTypes ?? [],
    produces: ["application/json"],
    parameters: [
      ...query.map(({ name, type, description }) => ({ in: "query", name, type, description })),
      ...(body ? [{ in: "body", name: "body", schema: { $ref: refPrefix + body.model } }] : []),
    ],
    responses: { [answer.status]: { description: "OK", schema: { $ref: refPrefix + answer.model } } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": groupVersionKind(served.kind),
  };
}

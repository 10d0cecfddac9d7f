import type { JsonObject, JsonValue } from "../base/json.ts";
import { lazily } from "../base/lazily.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";
import { apiGroupsOf } from "./api-groups.ts";
import { groupVersionKind, metaModels, modelSchema, modelsOf } from "./openapi-models.ts";
import { type Operation, type Route, routesOf } from "./openapi-routes.ts";
import type { ServedKind } from "./served-kind.ts";
import { contentHash, jsonDocument, type StaticDocument } from "./static-document.ts";

/** OpenAPI v3: one document for each group and version, and an index. Made when first asked for. */
export interface OpenApiV3 {
  /** `GET /openapi/v3`. */
  index(): StaticDocument;
  /** `GET /openapi/v3/{path}`, where the path is `api/v1` or `apis/{group}/{version}`; undefined when it is not served. */
  document(path: string): StaticDocument | undefined;
}

/**
 * kubectl reads these before each write: where the patch operation of a kind takes `fieldValidation`, it leaves validation to the server.
 *
 * @param serverVersion as `GET /version` tells it.
 */
export function openApiV3Of(kinds: readonly ServedKind[], serverVersion: string): OpenApiV3 {
  const documents = new Map(
    apiGroupsOf(kinds).flatMap((group) =>
      group.versions.map((version) => {
        const path = group.name === "" ? `api/${version.name}` : `apis/${group.name}/${version.name}`;
        return [path, lazily(() => jsonDocument(documentOf(version.kinds, serverVersion)))] as const;
      }),
    ),
  );
  const index = lazily(() => jsonDocument({ paths: Object.fromEntries([...documents].map(indexEntry)) }));
  return { index, document: (path) => documents.get(path)?.() };
}

/** The hash makes the URL name one content for ever, so that clients may keep it. */
function indexEntry([path, document]: readonly [string, () => StaticDocument]): readonly [string, JsonObject] {
  return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${contentHash(document().body)}` }];
}

function documentOf(kinds: readonly ServedKind[], serverVersion: string): JsonObject {
  const models = [...metaModels, ...kinds.flatMap(modelsOf)];
  return {
    openapi: "3.0.0",
    info: { title: "SPORE", version: serverVersion },
    paths: Object.fromEntries(kinds.flatMap(routesOf).map((route) => [route.path, pathItem(route)])),
    components: {
      schemas: Object.fromEntries(models.map((model) => [model.name, modelSchema(model, refPrefix, schemaV3, refer)])),
    },
  };
}

const refPrefix = "#/components/schemas/";

/** A reference may have no siblings in OpenAPI 3.0, hence the list of one. */
function refer(ref: string, description: string): JsonValue {
  return description === "" ? { $ref: ref } : { allOf: [{ $ref: ref }], default: {}, description };
}

/** Kubernetes' schemas are OpenAPI v3 schemas already. */
function schemaV3(schema: JsonSchemaProps): JsonObject {
  return Object.fromEntries(Object.entries(schema));
}

function pathItem({ path, operations }: Route): JsonObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  const parameters = names.map((name) => ({ in: "path", name, required: true, schema: { type: "string" } }));
  return {
    ...(parameters.length > 0 ? { parameters } : {}),
    ...Object.fromEntries(operations.map((one) => [one.method, operationV3(one)])),
  };
}

function operationV3({ action, id, served, query, body, answer }: Operation): JsonObject {
  return {
    operationId: id,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": groupVersionKind(served.kind),
    parameters: query.map(({ name, type, description }) => ({ in: "query", name, description, schema: { type } })),
    ...(body ? { requestBody: { content: content(body.mediaTypes, body.model) } } : {}),
    responses: { [answer.status]: { description: "OK", content: content(["application/json"], answer.model) } },
  };
}

function content(mediaTypes: readonly string[], model: string): JsonObject {
  return Object.fromEntries(mediaTypes.map((type) => [type, { schema: { $ref: refPrefix + model } }]));
}

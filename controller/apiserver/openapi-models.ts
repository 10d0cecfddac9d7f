import type { Kind } from "../api/kind.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import { objectMetaSchema, typeMetaProperties } from "../schema/object-meta-schema.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";
import { Scale, scaleSchema } from "./extension/scale.ts";
import type { ServedKind } from "./served-kind.ts";

/** A schema of an OpenAPI document, with the name that `$ref` uses. */
export interface OpenApiModel {
  readonly name: string;
  readonly schema: JsonSchemaProps;
  /** The kind whose objects it describes; every object has `metadata`, which the schema itself need not mention. */
  readonly kind?: Pick<Kind, "group" | "version" | "kind">;
  /** The model of `metadata`. */
  readonly metadata?: string;
  /** The model of the items, where the model is that of a list. */
  readonly items?: string;
}

const meta = "io.k8s.apimachinery.pkg.apis.meta.v1";
const listMeta = `${meta}.ListMeta`;
const objectMeta = `${meta}.ObjectMeta`;

/** Models that operations name. */
export const statusModel = `${meta}.Status`;
export const deleteOptionsModel = `${meta}.DeleteOptions`;
export const patchModel = `${meta}.Patch`;

/** Where Kubernetes' own kinds have their Go types; the name of a model is made of it. */
const goPackages: ReadonlyMap<string, string> = new Map([
  ["", "io.k8s.api.core"],
  ["events.k8s.io", "io.k8s.api.events"],
  ["coordination.k8s.io", "io.k8s.api.coordination"],
  ["rbac.authorization.k8s.io", "io.k8s.api.rbac"],
  ["authentication.k8s.io", "io.k8s.api.authentication"],
  ["authorization.k8s.io", "io.k8s.api.authorization"],
  ["autoscaling", "io.k8s.api.autoscaling"],
  ["apiextensions.k8s.io", "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions"],
]);

/** `dev.spore.v1alpha1.Node`: the group's parts in reverse, version and kind. */
export function modelName({ group, version }: Pick<Kind, "group" | "version">, kind: string): string {
  return `${goPackages.get(group) ?? group.split(".").reverse().join(".")}.${version}.${kind}`;
}

/** What the scale subresource of any kind is written as. */
export const scaleModel = modelName(Scale, Scale.kind);

/** The models of one kind: its objects and lists of them. */
export function modelsOf({ kind, listKind, schema, subresources }: ServedKind): readonly OpenApiModel[] {
  const own = modelName(kind, kind.kind);
  return [
    { name: own, schema, kind, metadata: objectMeta },
    {
      name: modelName(kind, listKind),
      schema: { type: "object", description: `A list of ${kind.kind} objects.`, required: ["items"] },
      kind: { ...kind, kind: listKind },
      metadata: listMeta,
      items: own,
    },
    ...(subresources.scale ? [{ name: scaleModel, schema: scaleSchema, kind: Scale, metadata: objectMeta }] : []),
  ];
}

const text = (description: string): JsonSchemaProps => ({ type: "string", description });

/** The models that every document has. */
export const metaModels: readonly OpenApiModel[] = [
  { name: objectMeta, schema: objectMetaSchema },
  {
    name: listMeta,
    schema: {
      type: "object",
      description: "Metadata of a list.",
      properties: {
        resourceVersion: text("The version that the whole list shows; a watch may go on from here."),
        continue: text("Hands out the next page; empty on the last."),
        remainingItemCount: { type: "integer", format: "int64", description: "How many objects the next pages hold." },
        selfLink: text("Not used any more."),
      },
    },
  },
  {
    name: statusModel,
    kind: { group: "", version: "v1", kind: "Status" },
    metadata: listMeta,
    schema: {
      type: "object",
      description: "The outcome of a request that returns no object.",
      properties: {
        status: text("Success or Failure."),
        message: text("What happened, for people."),
        reason: text("Why it failed, one word for programs."),
        code: { type: "integer", format: "int32", description: "The HTTP status." },
        details: { type: "object", description: "Facts for programs.", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
  },
  {
    name: deleteOptionsModel,
    kind: { group: "", version: "v1", kind: "DeleteOptions" },
    schema: {
      type: "object",
      description: "How an object is to be deleted.",
      properties: {
        ...typeMetaProperties,
        gracePeriodSeconds: { type: "integer", format: "int64", description: "Accepted and ignored." },
        propagationPolicy: text("Orphan, Background or Foreground."),
        orphanDependents: { type: "boolean", description: "The old form of propagationPolicy." },
        dryRun: { type: "array", items: text("All."), description: "All: do everything but store." },
        preconditions: {
          type: "object",
          description: "What must hold of the object.",
          properties: { uid: text("Its UID."), resourceVersion: text("Its version.") },
        },
      },
    },
  },
  { name: patchModel, schema: { type: "object", description: "A patch, in the form that the content type says." } },
];

/**
 * A model's schema in a document, with references made of `refPrefix` and the name. `render` says how a node of a schema looks in
 * this kind of document.
 */
export function modelSchema(
  model: OpenApiModel,
  refPrefix: string,
  render: (schema: JsonSchemaProps) => JsonObject,
  refer: (ref: string, description: string) => JsonValue,
): JsonObject {
  if (!model.metadata) return withGroupVersionKind(render(model.schema), model);
  const { properties, ...rest } = model.schema;
  const { apiVersion, kind, metadata, ...others } = properties ?? {};
  return withGroupVersionKind(
    {
      ...render(rest),
      properties: {
        apiVersion: render({ ...typeMetaProperties.apiVersion, ...apiVersion }),
        kind: render({ ...typeMetaProperties.kind, ...kind }),
        metadata: refer(refPrefix + model.metadata, metadata?.description ?? "Metadata that every object has."),
        ...(model.items
          ? { items: { type: "array", description: "The objects.", items: refer(refPrefix + model.items, "") } }
          : {}),
        ...Object.fromEntries(Object.entries(others).map(([name, schema]) => [name, render(schema)])),
      },
    },
    model,
  );
}

function withGroupVersionKind(schema: JsonObject, { kind }: OpenApiModel): JsonObject {
  if (!kind) return schema;
  return { ...schema, "x-kubernetes-group-version-kind": [groupVersionKind(kind)] };
}

/** How an extension of OpenAPI names a kind. */
export function groupVersionKind({ group, version, kind }: Pick<Kind, "group" | "version" | "kind">): JsonObject {
  return { group, version, kind };
}

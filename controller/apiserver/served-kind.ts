import type { Kind } from "../api/kind.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { type CompiledSchema, compileSchema } from "../schema/compiled-schema.ts";
import type { CustomResourceDefinition, CustomResourceVersion } from "../schema/custom-resource-definition.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";
import { ageColumn, columnOf, nameColumn, type TableColumn } from "./table-column.ts";
import type { User } from "./user.ts";

/** Everything that the server knows of one kind in one version. */
export interface ServedKind {
  readonly kind: Kind;
  /** The name in the singular, lower case, as people may type it. */
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** What may be done; anything else is answered with 405. */
  readonly verbs: readonly Verb[];
  readonly subresources: { readonly status: boolean };
  /** The columns of `kubectl get`, the name among them. */
  readonly columns: readonly TableColumn[];
  /** Paths such as `spec.family` that a field selector may use beside `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: readonly string[];
  /** For the OpenAPI documents. `metadata` in it is implicit where it is absent. */
  readonly schema: JsonSchemaProps;
  readonly compiled: CompiledSchema;
  /** `native`: one that Kubernetes' clients have compiled in. Bodies may come as protobuf and without `kind`, patches as strategic merge patches. */
  readonly form: "native" | "custom";
  /** Whether `metadata.generation` counts what was asked of it. */
  readonly hasGeneration: boolean;
  /** Whether a PUT need not say which version it replaces. */
  readonly unconditionalUpdate: boolean;
  /** Set where objects are stored as those of another kind. */
  readonly view?: KindView;
  readonly hooks?: KindHooks;
}

/** The verbs of Kubernetes' authorization. */
export type Verb = "get" | "list" | "watch" | "create" | "update" | "patch" | "delete" | "deletecollection";

/** All verbs, in the order in which a CRD's discovery names them. */
export const allVerbs: readonly Verb[] = [
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "create",
  "update",
  "watch",
];

/** What may be done with a status subresource. */
export const statusVerbs: readonly Verb[] = ["get", "patch", "update"];

/** One kind seen as another: the two share their storage, names and resource versions. */
export interface KindView {
  readonly stored: Kind;
  toStored(object: JsonObject): JsonObject;
  fromStored(object: JsonObject): JsonObject;
}

/** What a kind does beyond its schema. All are pure. */
export interface KindHooks {
  /** Completes an object before it is validated, on create and on every update. */
  readonly complete?: (object: JsonObject) => JsonObject;
  /** What the schema cannot say of an object that is valid by it. `old` is the stored object on an update. */
  readonly check?: (object: JsonObject, old?: JsonObject) => readonly Cause[];
  /** Why `user` may not write this object, although they may write objects of its kind; undefined when they may. */
  readonly refuse?: (object: JsonObject, old: JsonObject | undefined, user: User) => string | undefined;
}

/**
 * The kinds that a CRD defines: one for each version that is served.
 *
 * @throws SporeError `SPORE_INVALID` when a printer column's path is malformed or a schema nests too deeply. Whether the schemas are
 * structural is another question: `structuralCauses`.
 */
export function servedKindsFromCrd(crd: CustomResourceDefinition, hooksOf: HooksOf): readonly ServedKind[] {
  return crd.spec.versions.filter((version) => version.served).map((version) => servedVersion(crd, version, hooksOf));
}

/** Finds what a program does beyond the CRD of a kind. */
export type HooksOf = (kind: Kind) => KindHooks | undefined;

function servedVersion(
  { spec }: CustomResourceDefinition,
  version: CustomResourceVersion,
  hooksOf: HooksOf,
): ServedKind {
  const { names, group, scope } = spec;
  const kind = {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === "Namespaced",
  };
  const schema = version.schema.openAPIV3Schema;
  const hooks = hooksOf(kind);
  return {
    kind,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: allVerbs,
    subresources: { status: version.subresources?.status !== undefined },
    columns: [nameColumn, ...(version.additionalPrinterColumns?.map(columnOf) ?? [ageColumn])],
    selectableFields: version.selectableFields?.map(({ jsonPath }) => jsonPath.replace(/^\./, "")) ?? [],
    schema,
    compiled: compileSchema(schema, kind),
    form: "custom",
    hasGeneration: true,
    unconditionalUpdate: false,
    ...(hooks && { hooks }),
  };
}

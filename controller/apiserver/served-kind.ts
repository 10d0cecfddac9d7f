import type { Kind } from "../api/kind.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import type { CompiledSchema } from "../schema/compiled-schema.ts";
import type { ScalePaths } from "../schema/custom-resource-definition.ts";
import type { JsonSchemaProps } from "../schema/schema.ts";
import type { Rights } from "./authz/authorizer.ts";
import type { Call, Workshop } from "./call.ts";
import type { TableColumn } from "./table-column.ts";

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
  readonly subresources: { readonly status: boolean; readonly scale?: ScalePaths };
  /** The columns of `kubectl get`, the name among them. */
  readonly columns: readonly TableColumn[];
  /** Paths such as `spec.family` that a field selector may use beside `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: readonly string[];
  /** Of those, the ones that no object has, and how to compute them. */
  readonly derivedFields?: ReadonlyMap<string, (object: JsonObject) => string>;
  /** For the OpenAPI documents. `metadata` in it is implicit where it is absent. */
  readonly schema: JsonSchemaProps;
  readonly compiled: CompiledSchema;
  /** `native`: one that Kubernetes' clients have compiled in. Bodies may come as protobuf and without `kind`, patches as strategic merge patches. */
  readonly form: "native" | "custom";
  /** Whether `metadata.generation` counts what was asked of it. */
  readonly hasGeneration: boolean;
  /** Whether a PUT need not say which version it replaces. */
  readonly unconditionalUpdate: boolean;
  /** What names look like; DNS subdomains (of namespaces: labels) unless it says otherwise. */
  readonly names?: "pathSegment";
  /** The API versions of all forms of the kind, served or not, where there are others than its own. */
  readonly apiVersions?: readonly string[];
  /** Set where objects are stored as those of another kind. */
  readonly view?: KindView;
  readonly hooks?: KindHooks;
  /** Set where objects are questions: a POST is answered with this, and nothing is stored. */
  readonly review?: Review;
  /** Questions that are posted to an object, by the subresource that they are posted to. */
  readonly actions?: ReadonlyMap<string, ServedKind>;
  /** Told to everybody who asks for this version: that it will go, and what to use instead. */
  readonly deprecation?: string;
}

/** Answers a question: the object, with the answer in it. */
export type Review = (question: JsonObject, call: Call, shop: Workshop) => JsonObject | Promise<JsonObject>;

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
  /** Whether `fromStored` itself drops what is unknown and fills in defaults. */
  readonly settles?: boolean;
}

/** What a kind does beyond its schema. All are pure. */
export interface KindHooks {
  /** Completes an object before it is validated, on create and on every update. */
  readonly complete?: (object: JsonObject) => JsonObject;
  /** What the schema cannot say of an object that is valid by it. `old` is the stored object on an update. */
  readonly check?: (object: JsonObject, old?: JsonObject) => readonly Cause[];
  /**
   * Why a user may not write this object, although they may write objects of its kind; undefined when they may.
   *
   * @throws SporeError where something other than `SPORE_FORBIDDEN` has to be said.
   */
  readonly refuse?: (object: JsonObject, old: JsonObject | undefined, rights: Rights) => string | undefined;
  /** Why nobody may delete this object; undefined when it may go. */
  readonly keep?: (object: JsonObject) => string | undefined;
  /** What becomes of an object, besides its marks, when its deletion is asked for: finalizers to wait for, a status that says so. */
  readonly ending?: (object: JsonObject, nowMs: number) => JsonObject;
}

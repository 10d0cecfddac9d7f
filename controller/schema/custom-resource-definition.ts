import type { Kind } from "../api/kind.ts";
import type { Condition, Resource } from "../api/meta.ts";
import type { JsonSchemaProps } from "./schema.ts";

/** `apiextensions.k8s.io/v1`: says that a kind exists, and what its objects look like. */
export interface CustomResourceDefinition extends Resource {
  readonly spec: CustomResourceDefinitionSpec;
  readonly status?: CustomResourceStatus;
}

export interface CustomResourceStatus {
  readonly acceptedNames?: CustomResourceNames;
  /** Versions in which objects may lie in the store. */
  readonly storedVersions?: readonly string[];
  readonly conditions?: readonly Condition[];
}

export interface CustomResourceDefinitionSpec {
  readonly group: string;
  readonly scope: "Cluster" | "Namespaced";
  readonly names: CustomResourceNames;
  readonly versions: readonly CustomResourceVersion[];
  readonly conversion?: { readonly strategy?: string; readonly webhook?: object };
  readonly preserveUnknownFields?: boolean;
}

export interface CustomResourceNames {
  readonly kind: string;
  readonly plural: string;
  /** Default: the kind in lower case. */
  readonly singular?: string;
  /** Default: the kind and `List`. */
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

export interface CustomResourceVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema: { readonly openAPIV3Schema: JsonSchemaProps };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  /** Fields that field selectors may use. */
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** Where the numbers of the scale subresource lie, such as `.spec.replicas`. */
export interface ScalePaths {
  /** Below `.spec`. */
  readonly specReplicasPath: string;
  /** Below `.status`. */
  readonly statusReplicasPath: string;
  /** Of a selector as text. */
  readonly labelSelectorPath?: string;
}

/** One column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  /** `integer`, `number`, `string`, `boolean` or `date`. */
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** Above 0: shown with `-o wide` only. */
  readonly priority?: number;
  readonly jsonPath: string;
}

export const CustomResourceDefinition: Kind<CustomResourceDefinition> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  namespaced: false,
};

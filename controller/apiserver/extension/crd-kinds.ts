import { apiVersionOf, type Kind } from "../../api/kind.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { type CompiledSchema, compileSchema } from "../../schema/compiled-schema.ts";
import type { CustomResourceDefinition, CustomResourceVersion } from "../../schema/custom-resource-definition.ts";
import { compareVersions } from "../api-groups.ts";
import { allVerbs, type KindHooks, type ServedKind } from "../served-kind.ts";
import { ageColumn, columnOf, nameColumn, type TableColumn } from "../table-column.ts";
import { versionView } from "./version-view.ts";

/** Finds what a program does beyond the CRD of a kind. */
export type HooksOf = (kind: Kind) => KindHooks | undefined;

/**
 * The kinds that a CRD defines: one for each version that is served.
 *
 * @throws SporeError `SPORE_INVALID` when a schema nests too deeply. Whether the schemas are
 * structural is another question: `structuralCauses`.
 */
export function servedKindsFromCrd(crd: CustomResourceDefinition, hooksOf: HooksOf): readonly ServedKind[] {
  const schemas = new Map(
    crd.spec.versions.map((version) => {
      return [version.name, compileSchema(version.schema.openAPIV3Schema, kindOf(crd, version.name))] as const;
    }),
  );
  return crd.spec.versions
    .filter((version) => version.served)
    .flatMap((version) => {
      const compiled = schemas.get(version.name);
      return compiled === undefined ? [] : [servedVersion(crd, version, { compiled, schemas, hooksOf })];
    });
}

/** The kind in the version in which its objects are stored, whether that is served or not. */
export function storedKindOf(crd: CustomResourceDefinition, hooksOf: HooksOf): ServedKind {
  const versions = crd.spec.versions.map((version) => ({ ...version, served: version.storage }));
  const [stored] = servedKindsFromCrd({ ...crd, spec: { ...crd.spec, versions } }, hooksOf);
  if (stored === undefined) {
    throw new SporeError("SPORE_INTERNAL", `${crd.metadata.name} has no version in which objects are stored`);
  }
  return stored;
}

interface Parts {
  readonly compiled: CompiledSchema;
  readonly schemas: ReadonlyMap<string, CompiledSchema>;
  readonly hooksOf: HooksOf;
}

function servedVersion(crd: CustomResourceDefinition, version: CustomResourceVersion, parts: Parts): ServedKind {
  const names = namesOf(crd);
  const kind = kindOf(crd, version.name);
  const stored = kindOf(crd, crd.spec.versions.find(({ storage }) => storage)?.name ?? version.name);
  const hooks = parts.hooksOf(kind);
  const { status, scale } = version.subresources ?? {};
  const deprecation = deprecationOf(crd, version);
  return {
    kind,
    singular: names.singular ?? names.kind.toLowerCase(),
    listKind: names.listKind ?? `${names.kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    verbs: allVerbs,
    subresources: { status: status !== undefined, ...(scale && { scale }) },
    columns: [nameColumn, ...columnsOf(version)],
    selectableFields: version.selectableFields?.map(({ jsonPath }) => jsonPath.replace(/^\./, "")) ?? [],
    schema: version.schema.openAPIV3Schema,
    compiled: parts.compiled,
    form: "custom",
    hasGeneration: true,
    unconditionalUpdate: false,
    apiVersions: crd.spec.versions.map(({ name }) => apiVersionOf(kindOf(crd, name))),
    view: versionView(kind, stored, parts.schemas),
    ...(hooks && { hooks }),
    ...(deprecation === undefined ? {} : { deprecation }),
  };
}

/** Name and age where the columns cannot be read, as in kube-apiserver, which accepts any path. */
function columnsOf({ additionalPrinterColumns: columns }: CustomResourceVersion): readonly TableColumn[] {
  try {
    return columns === undefined || columns.length === 0 ? [ageColumn] : columns.map(columnOf);
  } catch (error) {
    if (!isSporeError(error, "SPORE_INVALID")) throw error;
    return [ageColumn];
  }
}

/** The names that were accepted; those that are asked for as long as none were. */
function namesOf({ spec, status }: CustomResourceDefinition) {
  return status?.acceptedNames?.kind ? status.acceptedNames : spec.names;
}

function kindOf(crd: CustomResourceDefinition, version: string): Kind {
  const { plural, kind } = namesOf(crd);
  return { group: crd.spec.group, version, kind, plural, namespaced: crd.spec.scope === "Namespaced" };
}

/** What users of the version are told; without a text of the CRD's own, what Kubernetes says. */
function deprecationOf({ spec }: CustomResourceDefinition, version: CustomResourceVersion): string | undefined {
  if (version.deprecated !== true) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const { group, names, versions } = spec;
  const [better] = versions
    .filter(({ served, deprecated, name }) => served && !deprecated && compareVersions(name, version.name) < 0)
    .sort((a, b) => compareVersions(a.name, b.name));
  const instead = better === undefined ? "" : `; use ${group}/${better.name} ${names.kind}`;
  return `${group}/${version.name} ${names.kind} is deprecated${instead}`;
}

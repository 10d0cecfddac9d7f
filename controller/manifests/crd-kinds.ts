import type { Kind } from "../api/kind.ts";
import { compileSchema } from "../schema/compiled-schema.ts";
import type { CustomResourceDefinition } from "../schema/custom-resource-definition.ts";
import type { KnownKind } from "./read-yaml.ts";

/** The kinds that a CRD defines: one for each version that is served. */
export function kindsOfCrd({
  spec,
}: CustomResourceDefinition): readonly Required<Pick<KnownKind, "kind" | "compiled">>[] {
  const { group, names, scope, versions } = spec;
  return versions
    .filter(({ served }) => served)
    .map((version) => {
      const kind: Kind = {
        group,
        version: version.name,
        kind: names.kind,
        plural: names.plural,
        namespaced: scope === "Namespaced",
      };
      return { kind, compiled: compileSchema(version.schema.openAPIV3Schema, kind) };
    });
}

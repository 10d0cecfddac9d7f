import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { type CompiledSchema, compileSchema } from "./compiled-schema.ts";
import { CustomResourceDefinition } from "./custom-resource-definition.ts";
import { customResourceDefinitionSchema } from "./custom-resource-definition-schema.ts";
import { pruneSchema } from "./prune-schema.ts";

const compiled = compileSchema(customResourceDefinitionSchema, CustomResourceDefinition);

/** What the schema of CRDs does to one. The schemas in it are of a language of their own, which no structural schema can describe. */
export const compiledCrd: CompiledSchema = {
  ...compiled,
  prune(object, settled) {
    const pruned = compiled.prune(object, settled);
    const unknown = [...pruned.unknown];
    return { object: withSchemas(pruned.object, unknown), unknown };
  },
};

/** The CRD with its schemas pruned; what they lose is added to `unknown`. */
function withSchemas(crd: JsonObject, unknown: string[]): JsonObject {
  const { spec } = crd;
  if (!isJsonObject(spec) || !Array.isArray(spec.versions)) return crd;
  const versions = spec.versions.map((version: JsonValue, index) => {
    if (!isJsonObject(version) || !isJsonObject(version.schema)) return version;
    const { openAPIV3Schema } = version.schema;
    if (openAPIV3Schema === undefined) return version;
    const path = `spec.versions[${index}].schema.openAPIV3Schema`;
    return { ...version, schema: { ...version.schema, openAPIV3Schema: pruneSchema(openAPIV3Schema, path, unknown) } };
  });
  return { ...crd, spec: { ...spec, versions } };
}

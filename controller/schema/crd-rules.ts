import { duplicateValue, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from "../api/causes.ts";
import { resourceName } from "../api/kind.ts";
import { isDnsLabel, isDnsSubdomain } from "../api/names.ts";
import { asJson } from "../base/as-json.ts";
import { type Cause, isSporeError, SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { compileSchema } from "./compiled-schema.ts";
import { CustomResourceDefinition, type CustomResourceVersion } from "./custom-resource-definition.ts";
import { customResourceDefinitionSchema } from "./custom-resource-definition-schema.ts";
import { jsonPath } from "./json-path.ts";
import { structuralCauses } from "./structural-rules.ts";

const compiled = compileSchema(customResourceDefinitionSchema, CustomResourceDefinition);

/**
 * `value` as a CRD that can be served, defaults filled in.
 *
 * @param source where it came from, for the error: a file's name.
 * @throws SporeError `SPORE_INVALID` with one cause for each thing that a kube-apiserver would refuse.
 */
export function parseCrd(value: JsonValue, source: string): CustomResourceDefinition {
  if (!isJsonObject(value)) throw new SporeError("SPORE_INVALID", `${source} holds no CustomResourceDefinition.`);
  const { object, unknown } = compiled.prune(value);
  const crd = compiled.applyDefaults(object);
  const causes = [...unknown.map((field) => forbiddenValue(field, "unknown field")), ...crdCauses(crd)];
  if (causes.length === 0 && hasCrdShape(crd)) return crd;
  const details = { group: CustomResourceDefinition.group, kind: CustomResourceDefinition.kind, causes };
  const list = causes.map(({ field, message }) => `${field}: ${message}`).join("; ");
  throw new SporeError("SPORE_INVALID", `${source} is no valid CustomResourceDefinition: ${list}`, details);
}

/** What is wrong with a pruned and defaulted CRD, by its own schema and by the rules that no schema can say. */
function crdCauses(crd: JsonObject): readonly Cause[] {
  const causes = compiled.validate(crd);
  return causes.length > 0 || !hasCrdShape(crd) ? causes : [...nameCauses(crd), ...versionsCauses(crd)];
}

/** Holds whenever the CRD is valid by its own schema. */
function hasCrdShape(crd: JsonObject): crd is JsonObject & CustomResourceDefinition {
  return isJsonObject(crd.spec);
}

function nameCauses({ metadata, spec }: CustomResourceDefinition): readonly Cause[] {
  const { group, names } = spec;
  const causes: Cause[] = [];
  if (metadata?.name !== resourceName({ group, plural: names.plural })) {
    causes.push(invalidValue("metadata.name", metadata?.name ?? "", 'must be spec.names.plural+"."+spec.group'));
  }
  if (!isDnsSubdomain(group) || !group.includes(".")) {
    causes.push(invalidValue("spec.group", group, "should be a domain with at least one dot"));
  }
  const words: readonly (readonly [string, string])[] = [
    ["plural", names.plural],
    ["singular", names.singular ?? names.kind.toLowerCase()],
    ["kind", names.kind.toLowerCase()],
    ["listKind", (names.listKind ?? names.kind).toLowerCase()],
    ...(names.shortNames ?? []).map((name, index) => [`shortNames[${index}]`, name] as const),
    ...(names.categories ?? []).map((name, index) => [`categories[${index}]`, name] as const),
  ];
  for (const [field, name] of words) {
    if (!isDnsLabel(name))
      causes.push(
        invalidValue(`spec.names.${field}`, name, "must be a DNS label: lower-case letters, digits and hyphens"),
      );
  }
  if (names.listKind === names.kind)
    causes.push(invalidValue("spec.names.listKind", names.kind, "kind and listKind may not be the same"));
  return causes;
}

function versionsCauses({ spec }: CustomResourceDefinition): readonly Cause[] {
  const causes = spec.versions.flatMap((version, index) => versionCauses(version, `spec.versions[${index}]`));
  if (spec.versions.filter((version) => version.storage).length !== 1) {
    causes.push(
      invalidValue("spec.versions", spec.versions.length, "must have exactly one version marked as storage version"),
    );
  }
  const names = spec.versions.map((version) => version.name);
  names.forEach((name, index) => {
    if (names.indexOf(name) === index) return;
    causes.push(duplicateValue(`spec.versions[${index}].name`, name));
  });
  return causes;
}

const columnTypes = ["integer", "number", "string", "boolean", "date"];

function versionCauses(version: CustomResourceVersion, path: string): readonly Cause[] {
  const at = `${path}.schema.openAPIV3Schema`;
  const schema = asJson(version.schema?.openAPIV3Schema);
  return [
    ...(isDnsLabel(version.name)
      ? []
      : [invalidValue(`${path}.name`, version.name, "must be a DNS label: lower-case letters, digits and hyphens")]),
    ...(schema ? structuralCauses(schema, at) : [requiredValue(at, "schemas are required")]),
    ...(version.additionalPrinterColumns ?? []).flatMap((column, index) => {
      const where = `${path}.additionalPrinterColumns[${index}]`;
      const type = columnTypes.includes(column.type)
        ? []
        : [unsupportedValue(`${where}.type`, column.type, columnTypes)];
      return [...type, ...pathCauses(column.jsonPath, `${where}.jsonPath`)];
    }),
    ...(version.selectableFields ?? []).flatMap((field, index) => {
      return pathCauses(field.jsonPath, `${path}.selectableFields[${index}].jsonPath`);
    }),
  ];
}

function pathCauses(path: string, field: string): readonly Cause[] {
  try {
    jsonPath(path);
    return [];
  } catch (error) {
    if (!isSporeError(error)) throw error;
    return [invalidValue(field, path, error.message)];
  }
}

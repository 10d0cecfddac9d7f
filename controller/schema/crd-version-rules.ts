import { duplicateValue, invalidValue, requiredValue } from "../api/causes.ts";
import { asJson, asJsonObject } from "../base/as-json.ts";
import type { Cause } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";
import { labelFault } from "./crd-name-rules.ts";
import type {
  CustomResourceDefinition,
  CustomResourceVersion,
  PrinterColumn,
  ScalePaths,
} from "./custom-resource-definition.ts";
import { schemasOf } from "./keyword-rules.ts";
import { structuralCauses } from "./structural-rules.ts";

/** The versions of a CRD, each for itself and all together. */
export function versionsCauses({ spec }: CustomResourceDefinition): readonly Cause[] {
  const { versions } = spec;
  const causes = versions.flatMap((version, index) => versionCauses(version, `spec.versions[${index}]`));
  const names = versions.map(({ name }) => name);
  if (new Set(names).size < names.length)
    causes.push(invalidValue("spec.versions", names, "must contain unique version names"));
  const storage = versions.filter((version) => version.storage).map(({ name }) => name);
  if (storage.length === 1) return causes;
  return [...causes, invalidValue("spec.versions", storage, "must have exactly one version marked as storage version")];
}

function versionCauses(version: CustomResourceVersion, path: string): readonly Cause[] {
  const at = `${path}.schema.openAPIV3Schema`;
  const schema = asJson(version.schema?.openAPIV3Schema);
  const fault = labelFault(version.name);
  const { scale } = version.subresources ?? {};
  return [
    ...(fault === undefined ? [] : [invalidValue(`${path}.name`, version.name, fault)]),
    ...warningCauses(version, path),
    ...(schema ? structuralCauses(schema, at) : [requiredValue(at)]),
    ...(version.additionalPrinterColumns ?? []).flatMap((column, index) =>
      columnCauses(column, `${path}.additionalPrinterColumns[${index}]`),
    ),
    ...(scale ? scaleCauses(scale, `${path}.subresources.scale`) : []),
    ...selectableCauses(version, path),
  ];
}

const warningMaxCharacters = 256;

function warningCauses(
  { deprecated, deprecationWarning: text }: CustomResourceVersion,
  path: string,
): readonly Cause[] {
  if (text === undefined) return [];
  const field = `${path}.deprecationWarning`;
  const causes: Cause[] = [];
  if (deprecated !== true) causes.push(invalidValue(field, text, "can only be set for deprecated versions"));
  if (text.length > warningMaxCharacters)
    causes.push(invalidValue(field, text, `must be <= ${warningMaxCharacters} characters long`));
  if (text === "") causes.push(invalidValue(field, text, "must not be an empty string"));
  const hidden = text.search(/[^\P{C}\p{Zs}]|[\p{Zl}\p{Zp}]/u);
  if (hidden < 0) return causes;
  const why = `must only contain printable UTF-8 characters; non-printable character found at index ${hidden}`;
  return [...causes, invalidValue(field, text, why)];
}

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

/** Where a path leads is not looked at: as with kube-apiserver, a version whose columns cannot be read is printed as name and age. */
function columnCauses({ name, type, format = "", jsonPath }: PrinterColumn, path: string): readonly Cause[] {
  const typeRule = `must be one of ${columnTypes.join(",")}`;
  return [
    ...(name === "" ? [requiredValue(`${path}.name`)] : []),
    ...(type === "" ? [requiredValue(`${path}.type`, typeRule)] : []),
    ...(type === "" || columnTypes.includes(type) ? [] : [invalidValue(`${path}.type`, type, typeRule)]),
    ...(format === "" || columnFormats.includes(format)
      ? []
      : [invalidValue(`${path}.format`, format, `must be one of ${columnFormats.join(",")}`)]),
    ...pathCauses(jsonPath, `${path}.JSONPath`),
  ];
}

function pathCauses(jsonPath: string, field: string): readonly Cause[] {
  if (jsonPath === "") return [requiredValue(field)];
  return jsonPath.startsWith(".") ? [] : [invalidValue(field, jsonPath, "must be a simple json path starting with .")];
}

function scaleCauses(
  { specReplicasPath, statusReplicasPath, labelSelectorPath = "" }: ScalePaths,
  path: string,
): readonly Cause[] {
  const below = (text: string, field: string, parents: readonly string[]) => {
    const malformed = pathCauses(text, `${path}.${field}`);
    if (malformed.length > 0 || parents.some((parent) => text.startsWith(`${parent}.`))) return malformed;
    const where = parents.length === 1 ? parents[0] : `either ${parents.join(" or ")}`;
    return [invalidValue(`${path}.${field}`, text, `should be a json path under ${where}`)];
  };
  return [
    ...below(specReplicasPath, "specReplicasPath", [".spec"]),
    ...below(statusReplicasPath, "statusReplicasPath", [".status"]),
    ...(labelSelectorPath === "" ? [] : below(labelSelectorPath, "labelSelectorPath", [".spec", ".status"])),
  ];
}

const selectableMax = 8;

function selectableCauses({ selectableFields = [], schema }: CustomResourceVersion, path: string): readonly Cause[] {
  const root = asJsonObject(schema?.openAPIV3Schema);
  const paths = selectableFields.map(({ jsonPath }) => jsonPath);
  const causes = paths.flatMap((jsonPath, index) => {
    const field = `${path}.selectableFields[${index}].jsonPath`;
    if (jsonPath === "") return [requiredValue(field)];
    const fault = selectableFault(jsonPath, root);
    if (fault !== undefined) return [invalidValue(field, jsonPath, fault)];
    return paths.indexOf(jsonPath) === index ? [] : [duplicateValue(field, jsonPath)];
  });
  if (paths.length <= selectableMax) return causes;
  const message = `Too many: ${paths.length}: must have at most ${selectableMax} items`;
  return [...causes, { reason: "FieldValueTooMany", message, field: `${path}.selectableFields` }];
}

const selectableTypes = ["string", "boolean", "integer"];

function selectableFault(jsonPath: string, root: JsonObject): string | undefined {
  const [first = "", ...names] = jsonPath.split(".");
  if (first !== "") return `is an invalid path: expected [ or . but got: ${first}`;
  if (/[[\]]/.test(jsonPath)) return "is an invalid path: array notation is not allowed";
  const found = names.reduce<JsonObject | undefined>(
    (node, name) => (node === undefined ? undefined : schemasOf(node.properties).get(name)),
    names[0] === "metadata" ? undefined : root,
  );
  if (found === undefined) return "is an invalid path: does not refer to a valid field";
  if (typeof found.type === "string" && selectableTypes.includes(found.type)) return undefined;
  return "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";
}

import { type FieldTerm, matchesFieldTerms, parseFieldSelector } from "../api/field-selector-text.ts";
import { type LabelTerm, matchesLabelTerms, parseLabelSelector } from "../api/label-selector-text.ts";
import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { labelsOf } from "./object-meta.ts";
import type { ServedKind } from "./served-kind.ts";

/** Which objects of a kind a request is about. */
export interface Selection {
  /** Whether it is about all of them. */
  readonly everything: boolean;
  /** Set when only one name can match. */
  readonly name?: string;
  matches(object: JsonObject): boolean;
}

/**
 * Reads `labelSelector` and `fieldSelector`.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` for a selector that cannot be read, or for a field that the kind cannot be selected by.
 */
export function readSelection(query: URLSearchParams, served: ServedKind): Selection {
  const labelTerms = parseLabelSelector(query.get("labelSelector") ?? "");
  const fieldTerms = parseFieldSelector(query.get("fieldSelector") ?? "");
  for (const { path } of fieldTerms) {
    if (!commonFields.includes(path) && !served.selectableFields.includes(path)) throw unsupportedField(path, served);
  }
  const name = fieldTerms.find(({ path, operator }) => path === "metadata.name" && operator === "=")?.value;
  return {
    everything: labelTerms.length === 0 && fieldTerms.length === 0,
    ...(name === undefined ? {} : { name }),
    matches: matcher(labelTerms, fieldTerms, served),
  };
}

const commonFields: readonly string[] = ["metadata.name", "metadata.namespace"];

function matcher(
  labelTerms: readonly LabelTerm[],
  fieldTerms: readonly FieldTerm[],
  { derivedFields }: ServedKind,
): Selection["matches"] {
  return (object) =>
    matchesFieldTerms(fieldTerms, (path) => derivedFields?.get(path)?.(object) ?? fieldText(object, path)) &&
    (labelTerms.length === 0 || matchesLabelTerms(labelTerms, labelsOf(object)));
}

/** A scalar at a path, as text; empty where there is none. */
function fieldText(object: JsonObject, path: string): string {
  const value = path
    .split(".")
    .reduce<JsonValue | undefined>(
      (node, field) => (isJsonObject(node) && Object.hasOwn(node, field) ? node[field] : undefined),
      object,
    );
  return value === undefined || value === null || typeof value === "object" ? "" : String(value);
}

function unsupportedField(path: string, served: ServedKind): SporeError {
  const known = [...commonFields, ...served.selectableFields].join(", ");
  return new SporeError("SPORE_BAD_REQUEST", `field label not supported: ${path}`, { hint: `supported are ${known}` });
}

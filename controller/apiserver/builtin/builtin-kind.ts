import type { Kind } from "../../api/kind.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { compileSchema } from "../../schema/compiled-schema.ts";
import type { JsonSchemaProps } from "../../schema/schema.ts";
import { allVerbs, type ServedKind } from "../served-kind.ts";
import { ageColumn, nameColumn, type TableColumn } from "../table-column.ts";

/** What differs from one built-in kind to the next; the rest follows from the kind. */
type Particulars = Pick<ServedKind, "schema"> & Partial<Omit<ServedKind, "kind" | "schema" | "compiled" | "form">>;

/** A kind of Kubernetes itself. Without further words it has all verbs, no status subresource, and is printed as name and age. */
export function builtinKind(kind: Kind, particulars: Particulars): ServedKind {
  return {
    singular: kind.kind.toLowerCase(),
    listKind: `${kind.kind}List`,
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    subresources: { status: false },
    columns: [nameColumn, ageColumn],
    selectableFields: [],
    hasGeneration: false,
    unconditionalUpdate: true,
    ...particulars,
    kind,
    compiled: compileSchema(particulars.schema, kind),
    form: "native",
  };
}

/** A column whose cells a function computes. */
export function computedColumn(
  name: string,
  type: "string" | "integer" | "date",
  description: string,
  cell: TableColumn["cell"],
  priority = 0,
): TableColumn {
  return { name, type, format: "", description, priority, cell };
}

/** A string at a path of member names; empty where there is none. */
export function textAt(object: JsonObject, ...path: readonly string[]): string {
  const value = path.reduce<JsonValue | undefined>(
    (inner, name) => (isJsonObject(inner) ? inner[name] : undefined),
    object,
  );
  return typeof value === "string" ? value : "";
}

/** How many members a map has; 0 where it is absent. */
export function countAt(object: JsonObject, field: string): number {
  const value = object[field];
  return isJsonObject(value) ? Object.keys(value).length : 0;
}

export const text: JsonSchemaProps = { type: "string" };

/** A string with a description. */
export function described(description: string): JsonSchemaProps {
  return { type: "string", description };
}

/** A map of strings. Null counts as the empty string, as it does for Go. */
export function textMap(description: string): JsonSchemaProps {
  return { type: "object", description, additionalProperties: { type: "string", default: "" } };
}

/** A map of base64. */
export function byteMap(description: string): JsonSchemaProps {
  return { type: "object", description, additionalProperties: { type: "string", format: "byte", default: "" } };
}

/** A point in time, to the second or finer. */
export function instant(description: string): JsonSchemaProps {
  return { type: "string", format: "date-time", description };
}

/** `metav1.Condition`, as a list by type. */
export function conditionList(description: string): JsonSchemaProps {
  return {
    type: "array",
    description,
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
    "x-kubernetes-patch-strategy": "merge",
    "x-kubernetes-patch-merge-key": "type",
    items: {
      type: "object",
      required: ["type", "status"],
      properties: {
        type: described("What the condition is about."),
        status: described("True, False or Unknown."),
        observedGeneration: { type: "integer", format: "int64", description: "The generation of the spec it judged." },
        lastTransitionTime: instant("When the verdict last changed."),
        reason: described("A CamelCase word for programs."),
        message: described("A sentence for people."),
      },
    },
  };
}

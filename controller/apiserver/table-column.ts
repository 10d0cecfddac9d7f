import { humanDuration } from "../base/human-duration.ts";
import type { JsonObject, JsonValue } from "../base/json.ts";
import type { PrinterColumn } from "../schema/custom-resource-definition.ts";
import { jsonPath } from "../schema/json-path.ts";

/** One column of the Table that `kubectl get` prints. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  /** Above 0: shown with `-o wide` only. */
  readonly priority: number;
  /** The cell for one object; null where there is nothing to show. `nowMs` is wall time, for ages. */
  cell(object: JsonObject, nowMs: number): JsonValue;
}

/**
 * A column of a CRD, ready to print.
 *
 * @throws SporeError `SPORE_INVALID` when its JSONPath is malformed.
 */
export function columnOf(column: PrinterColumn): TableColumn {
  const find = jsonPath(column.jsonPath);
  return {
    name: column.name,
    type: column.type,
    format: column.format ?? "",
    description: column.description ?? "",
    priority: column.priority ?? 0,
    cell: (object, nowMs) => cellOf(find(object)[0] ?? null, column.type, nowMs),
  };
}

/** The name of an object. */
export const nameColumn: TableColumn = columnOf({
  name: "Name",
  type: "string",
  format: "name",
  description: "Unique among the objects of a kind in a namespace.",
  jsonPath: ".metadata.name",
});

/** The age of an object, which every kind shows unless it says otherwise. */
export const ageColumn: TableColumn = columnOf({
  name: "Age",
  type: "date",
  description: "Time since the object was created.",
  jsonPath: ".metadata.creationTimestamp",
});

/** A value as a cell of a column's type; what does not fit the type is not shown (apiextensions' tableconvertor). */
function cellOf(value: JsonValue, type: string, nowMs: number): JsonValue {
  if (value === null) return null;
  switch (type) {
    case "integer":
      return typeof value === "number" ? Math.trunc(value) : null;
    case "number":
      return typeof value === "number" ? value : null;
    case "boolean":
      return typeof value === "boolean" ? value : null;
    case "date":
      return ageCell(value, nowMs);
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

/** How long ago a timestamp was. */
export function ageCell(timestamp: JsonValue, nowMs: number): string {
  if (timestamp === null) return "<unknown>";
  return typeof timestamp === "string" ? humanDuration(nowMs - Date.parse(timestamp)) : "<invalid>";
}

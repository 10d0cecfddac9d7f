import type { ObjectMeta } from "../../api/meta.ts";
import type { JsonValue } from "../../base/json.ts";
import { goText } from "./go-template/go-text.ts";

/** `meta.k8s.io/v1` Table: what the server makes of a list for people. */
export interface Table {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly columnDefinitions?: readonly { readonly name: string; readonly priority?: number }[];
  readonly rows: readonly TableRow[];
}

/** What is shown of one object, and at least its metadata. */
export interface TableRow {
  readonly cells: readonly JsonValue[];
  readonly object?: { readonly metadata?: ObjectMeta };
}

/** The `Accept` header that asks for a Table. */
export const tableMediaType = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

export interface TableLayout {
  /** Also the columns of lower priority. */
  readonly wide: boolean;
  readonly withNamespace: boolean;
  readonly withLabels: boolean;
  /** Labels that have a column each. */
  readonly labelColumns: readonly string[];
  /** Stands before each name, such as `nodegroup.spore.dev/`. */
  readonly namePrefix: string;
  /** What happened to the rows, as the first column; absent: no such column. */
  readonly event?: string;
}

/** The header cells that `table` gets. */
export function headerCells(table: Table, layout: TableLayout): readonly string[] {
  const own = shownColumns(table, layout).map(({ name }) => name.toUpperCase());
  const before = [...(layout.event === undefined ? [] : ["EVENT"]), ...(layout.withNamespace ? ["NAMESPACE"] : [])];
  const chosen = layout.labelColumns.map((label) => label.slice(label.lastIndexOf("/") + 1).toUpperCase());
  return [...before, ...own, ...chosen, ...(layout.withLabels ? ["LABELS"] : [])];
}

/** The cells of each row, as text. */
export function bodyCells(table: Table, layout: TableLayout): readonly (readonly string[])[] {
  const shown = shownColumns(table, layout);
  return table.rows.map(({ cells, object }) => {
    const own = shown.map(({ index }) => cellText(cells[index] ?? null));
    if (own[0] !== undefined) own[0] = layout.namePrefix + own[0];
    const { namespace = "", labels = {} } = object?.metadata ?? {};
    const before = [
      ...(layout.event === undefined ? [] : [layout.event]),
      ...(layout.withNamespace ? [namespace] : []),
    ];
    const chosen = layout.labelColumns.map((label) => labels[label] ?? "<none>");
    return [...before, ...own, ...chosen, ...(layout.withLabels ? [labelText(labels)] : [])];
  });
}

/** `a=b,c=d`, or `<none>`. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "<none>" : pairs.sort().join(",");
}

function shownColumns(table: Table, layout: TableLayout): { name: string; index: number }[] {
  return (table.columnDefinitions ?? [])
    .map(({ name, priority = 0 }, index) => ({ name, priority, index }))
    .filter(({ priority }) => layout.wide || priority === 0);
}

/** Text ends at its first line, as in kubectl. */
function cellText(cell: JsonValue): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return goText(cell);
  const end = cell.search(/[\n\r\f]/);
  return end < 0 ? cell : `${cell.slice(0, end)}...`;
}

import type { Kind } from "../../api/kind.ts";
import type { JsonValue } from "../../base/json.ts";
import { exitCodes, type Io } from "../io.ts";
import { growingColumns } from "../output/columns.ts";
import type { OutputFormat } from "../output/output-format.ts";
import { bodyCells, headerCells, type Table, type TableRow, tableMediaType } from "../output/table.ts";
import { paintedCells } from "../output/verdict-colours.ts";
import type { Session } from "../session/session.ts";
import { fetchPages, reportMissing } from "./get-objects.ts";
import { type GetOptions, layoutFor, type Wanted } from "./get-options.ts";

/** Shows what there is as the server lays it out, a table for each kind. */
export async function showTables(
  wanted: readonly Wanted[],
  format: OutputFormat,
  options: GetOptions,
  session: Session,
  io: Io,
): Promise<number> {
  const query = options.sortBy === undefined ? {} : { includeObject: "Object" };
  const { found, missing } = await fetchPages<Table>(wanted, { accept: tableMediaType, query }, options, session, io);
  const asked = [...new Set(wanted.map(({ kind }) => kind))];
  const kinds = asked.filter((kind) => found.some((one) => one.wanted.kind === kind));
  let shown = 0;
  for (const kind of kinds) {
    const tables = found.filter((one) => one.wanted.kind === kind).map(({ page }) => page);
    const [first] = tables;
    if (!first) continue;
    const table = {
      ...first,
      rows: await sortedRows(
        tables.flatMap(({ rows }) => rows ?? []),
        options,
      ),
    };
    const layout = layoutFor(kind, format, options, kinds.length > 1);
    const head = headerCells(table, layout);
    const rows = bodyCells(table, layout).map((row) => paintedCells(head, row, io.out));
    if (rows.length === 0) continue;
    if (shown > 0 && options.headers) io.out.write("\n");
    shown += rows.length;
    io.out.write(growingColumns()(options.headers ? [head, ...rows] : rows));
  }
  if (shown === 0 && missing.length === 0 && !options.ignoreNotFound)
    io.err.write(nothingFound(asked, options, session));
  return shown === 0 && missing.length === 0 ? exitCodes.done : reportMissing(missing, options, io);
}

async function sortedRows(rows: readonly TableRow[], { sortBy }: GetOptions): Promise<readonly TableRow[]> {
  if (sortBy === undefined) return rows;
  const { sortedBy } = await import("../output/sort-by.ts");
  return sortedBy(rows, sortBy, ({ object }): JsonValue => JSON.parse(JSON.stringify(object ?? null)));
}

function nothingFound(kinds: readonly Kind[], options: GetOptions, session: Session): string {
  const inside = kinds.every(({ namespaced }) => namespaced) && !options.allNamespaces;
  return inside ? `No resources found in ${session.namespace} namespace.\n` : "No resources found\n";
}

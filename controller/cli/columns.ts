/** Lays rows of cells out as left-aligned columns. Ends with a line break unless there are no rows. */
export type Columns = (rows: readonly (readonly string[])[]) => string;

/** Three spaces between columns, as kubectl prints them. */
export const columns: Columns = (rows) => growingColumns()(rows);

/** Columns for rows that come little by little: they stay under each other, unless a cell is wider than all before it. */
export function growingColumns(): Columns {
  const widths: number[] = [];
  return (rows) => {
    for (const row of rows) {
      row.forEach((cell, index) => {
        widths[index] = Math.max(widths[index] ?? 0, cell.length);
      });
    }
    return rows
      .map((row) => row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))))
      .map((cells) => `${cells.join("   ").trimEnd()}\n`)
      .join("");
  };
}

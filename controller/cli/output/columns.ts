import { shownWidth, singleLine } from "./safe-text.ts";

/** Lays rows of cells out as left-aligned columns. Ends with a line break unless there are no rows. */
export type Columns = (rows: readonly (readonly string[])[]) => string;

/** Spaces between columns, and the width of the narrowest one with them, as kubectl prints them. */
const gap = 3;
const columnMin = 6;

/** All rows at once. */
export const columns: Columns = (rows) => growingColumns()(rows);

/**
 * Columns for rows that come little by little: they stay under each other, unless a cell is wider than all before it. Devices write into
 * some of the cells, so nothing in them reaches the terminal as a command.
 */
export function growingColumns(): Columns {
  const widths: number[] = [];
  const padded = (cell: string, index: number) => cell + " ".repeat((widths[index] ?? 0) + gap - shownWidth(cell));
  return (rows) => {
    const safe = rows.map((row) => row.map(singleLine));
    for (const row of safe) {
      row.forEach((cell, index) => {
        widths[index] = Math.max(widths[index] ?? columnMin - gap, shownWidth(cell));
      });
    }
    return safe
      .map((row) => row.map((cell, index) => (index === row.length - 1 ? cell : padded(cell, index))))
      .map((cells) => `${cells.join("")}\n`)
      .join("");
  };
}

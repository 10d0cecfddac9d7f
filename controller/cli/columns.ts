/** Rows of cells as left-aligned columns with three spaces between them, as kubectl prints them. Ends with a line break unless empty. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) => row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index] ?? 0))))
    .map((cells) => `${cells.join("   ").trimEnd()}\n`)
    .join("");
}

import type { BenchResult } from "./row.ts";

const columns = ["row", "ours", "reference", "unit", "ratio", "target", "met"] as const;

/** The results as a table for people, with the notes below it. */
export function benchTable(results: readonly BenchResult[]): string {
  const lines: readonly (readonly string[])[] = [columns, ...results.map(cells)];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const table = lines.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const notes = results.flatMap(({ row, note }) => (note === undefined ? [] : [`${row}: ${note}`]));
  return `${[...table, ...notes].join("\n")}\n`;
}

function cells({ row, ours, reference, unit, ratio, target, met }: BenchResult): readonly string[] {
  return [row, figure(ours), figure(reference), unit, ratio?.toFixed(2) ?? "–", target, met ? "yes" : "NO"];
}

function figure(value: number | undefined): string {
  if (value === undefined) return "–";
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

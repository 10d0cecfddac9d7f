import type { Screen } from "../io.ts";
import { paint } from "./paint.ts";

const colours: Readonly<Record<string, "green" | "yellow" | "red" | "grey">> = {
  True: "green",
  Active: "green",
  Converged: "green",
  Established: "green",
  Unknown: "yellow",
  Inactive: "yellow",
  Terminating: "yellow",
  Warning: "yellow",
  False: "red",
  Dead: "red",
  Stalled: "red",
};

/** Columns whose words are verdicts; the same word may be a name elsewhere. */
const verdictColumns = new Set(["READY", "PHASE", "STATUS", "REASON", "TYPE", "OWNED", "VERIFIED"]);

/** The cells of a row, with verdicts in the colour that says how good they are, where a person looks. */
export function paintedCells(head: readonly string[], row: readonly string[], screen: Screen): readonly string[] {
  return row.map((cell, index) => {
    const colour = verdictColumns.has(head[index] ?? "") ? colours[cell] : undefined;
    return colour ? paint(screen, colour, cell) : cell;
  });
}

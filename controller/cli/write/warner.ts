import { printableLines } from "../../base/printable.ts";
import type { Io } from "../io.ts";
import { paint } from "../output/paint.ts";

/** Shows warnings: those of a server, which may say anything, and our own. */
export function warner(io: Io): (text: string) => void {
  return (text) => io.err.write(`${paint(io.err, "yellow", "Warning:")} ${printableLines(text)}\n`);
}

import { buildPrograms } from "./built-programs.ts";
import { provideTools } from "./machine-tools.ts";
import { runDirectory } from "./run-directory.ts";

/** Runs once before all tests; what it returns runs once after them. */
export function setup(): () => void {
  provideTools();
  buildPrograms();
  return runDirectory();
}

import { buildPrograms } from "./built-programs.ts";
import { provideTools } from "./machine-tools.ts";

/** Runs once before all tests. */
export function setup(): void {
  provideTools();
  buildPrograms();
}

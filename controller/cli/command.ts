import type { Command as Parser } from "commander";
import type { Io } from "./io.ts";

/** One verb of `sporectl`. Each lives in a file of its own and is loaded only when it is called, or listed in the help. */
export interface Command {
  /** Adds the verb, its arguments and its options to `program`; the action returns an exit code through `finish`. */
  define(program: Parser, io: Io, finish: (code: number) => void): void;
}

/** What to load for a verb. */
export interface CommandEntry {
  readonly name: string;
  /** One line for the list in `sporectl --help`. */
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

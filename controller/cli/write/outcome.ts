import type { Resource } from "../../api/meta.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { exitCodes, type Io } from "../io.ts";
import { errorText } from "../output/error-text.ts";
import { printObjects } from "../output/object-printer.ts";
import { outputFormat, typedName } from "../output/output-format.ts";
import { singleLine } from "../output/safe-text.ts";
import { type DryRun, dryRunNote } from "./dry-run.ts";

export interface OutcomeOptions {
  /** The value of `-o`. */
  readonly output?: string;
  readonly dryRun: DryRun;
  /** As in "2 of 5 objects were not applied". */
  readonly done: string;
}

/** What became of each object of a command line: a line each, or the objects themselves with `-o`; and how many were not done. */
export class Outcome {
  readonly #io: Io;
  readonly #options: OutcomeOptions;
  readonly #objects: Resource[] = [];
  readonly #failures: SporeError[] = [];

  /** @throws SporeError `SPORE_USAGE` for an unknown format. */
  constructor(io: Io, options: OutcomeOptions) {
    const { name } = outputFormat(options.output ?? "name");
    if (name === "table" || name === "wide") {
      throw new SporeError("SPORE_USAGE", `-o ${name}: only sporectl get shows tables`, {
        hint: "use yaml, json or name",
      });
    }
    this.#io = io;
    this.#options = options;
  }

  /** `node.spore.dev/esp-a1b2c3 labeled (server dry run)`. */
  say(object: Resource, verdict: string, name = typedName(object)): void {
    this.#objects.push(object);
    if (this.#options.output !== undefined) return;
    this.#io.out.write(`${singleLine(name)} ${verdict}${dryRunNote(this.#options.dryRun)}\n`);
  }

  /** One that could not be done; the others still are. */
  fail(error: SporeError): void {
    this.#failures.push(error);
    this.#io.err.write(errorText(error, this.#io.err));
  }

  /** Does something about one object; where that fails, for a reason that need not hold for the others, says so and goes on. */
  async attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      if (!isSporeError(error) || this.#io.signal.aborted) throw error;
      if (error.code === "SPORE_UNAVAILABLE" || error.code === "SPORE_UNAUTHORIZED" || error.code === "SPORE_USAGE")
        throw error;
      this.fail(error);
    }
  }

  /** Prints what `-o` asks for, and says how many of `planned` objects are missing. */
  async end(planned: number): Promise<number> {
    const { output, done } = this.#options;
    if (output !== undefined && this.#objects.length > 0) {
      await printObjects(this.#objects, outputFormat(output), this.#objects.length === 1, this.#io.out);
    }
    if (this.#failures.length === 0) return exitCodes.done;
    if (planned > 1) this.#io.err.write(`${this.#failures.length} of ${planned} objects were not ${done}\n`);
    return this.#failures.every(({ code }) => code === "SPORE_TIMEOUT") ? exitCodes.timedOut : exitCodes.failed;
  }

  /** Runs `work`; where the user interrupts it, says how far it came. */
  async interruptible<T>(planned: number, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { dryRun, done } = this.#options;
      if (this.#io.signal.aborted && dryRun === undefined) {
        const count = `${this.#objects.length} of ${planned} objects were ${done}`;
        this.#io.err.write(`interrupted: ${count}; the others are as they were\n`);
      }
      throw error;
    }
  }
}

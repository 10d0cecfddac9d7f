import { Command, CommanderError } from "commander";
import { isSporeError, SporeError } from "../base/errors.ts";
import { printableLines } from "../base/printable.ts";
import { clientVersion } from "./client-version.ts";
import { commands } from "./commands.ts";
import { exitCodes, type Io } from "./io.ts";
import { errorText } from "./output/error-text.ts";
import { paint } from "./output/paint.ts";

/**
 * Runs one command line, without the program's own name.
 *
 * @returns the exit code. Errors are written to `io.err`: one line that says what, and a hint where there is one.
 */
export async function runCli(typed: readonly string[], io: Io): Promise<number> {
  const words = typed[0] === "help" ? [...typed.slice(1), "--help"] : typed;
  let code: number = exitCodes.done;
  try {
    const program = await parserFor(words, io, (given) => {
      code = given;
    });
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    return report(error, io);
  }
}

async function parserFor(words: readonly string[], io: Io, finish: (code: number) => void): Promise<Command> {
  const program = new Command("sporectl")
    .description("Say what a fleet of microcontrollers should be, and see what it is.")
    .option("--kubeconfig <file>", "where the server and your credentials are written down")
    .option("--context <name>", "the context of that file")
    .option("-n, --namespace <name>", "the namespace; default: that of the context, or `default`")
    .enablePositionalOptions(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out.write, writeErr: io.err.write, outputError: () => {} })
    .exitOverride();
  const called = verbOf(words);
  for (const entry of commands) {
    if (called === undefined) program.command(entry.name).description(entry.summary);
    else if (entry.name === called) (await entry.load()).define(program, io, finish);
  }
  if (called === undefined) {
    program.version(`sporectl v${clientVersion()}`, "--version", "the same as sporectl version --client");
    program.action(() => program.help({ error: true }));
  }
  return program;
}

/** Writes what went wrong. @returns the exit code that says so. */
export function report(error: unknown, io: Io): number {
  if (error instanceof CommanderError) return reportParser(error, io);
  if (io.signal.aborted) return exitCodes.interrupted;
  if (!isSporeError(error)) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    io.err.write(`${paint(io.err, "red", "error:")} ${printableLines(what)}\n`);
    return exitCodes.failed;
  }
  io.err.write(errorText(error, io.err));
  if (error.code === "SPORE_USAGE") return exitCodes.usage;
  return error.code === "SPORE_TIMEOUT" ? exitCodes.timedOut : exitCodes.failed;
}

/** The parser has written its help already, where that was asked for. */
function reportParser({ exitCode, code, message }: CommanderError, io: Io): number {
  if (exitCode === 0) return exitCodes.done;
  if (code !== "commander.help") {
    const [what = "", advice = ""] = message.replace(/^error: /, "").split("\n");
    io.err.write(`${paint(io.err, "red", "error:")} ${what}\n`);
    const meant = advice === "" ? "" : `${advice.replace(/^\(|\)$/g, "")} `;
    io.err.write(`${paint(io.err, "cyan", "hint:")} ${meant}--help says what this verb takes\n`);
  }
  return exitCodes.usage;
}

/**
 * The verb: the first word that is neither an option nor an option's value. Undefined when there is none.
 *
 * @throws SporeError `SPORE_USAGE` when there is no such verb.
 */
function verbOf(words: readonly string[]): string | undefined {
  const takesValue = /^(--kubeconfig|--context|--namespace|-n)$/;
  const verb = words.find((word, index) => !word.startsWith("-") && !takesValue.test(words[index - 1] ?? ""));
  if (verb === undefined || commands.some(({ name }) => name === verb)) return verb;
  const near = commands.find(({ name }) => name.startsWith(verb.slice(0, 3)));
  const hint = near ? `did you mean "${near.name}"? ` : "";
  throw new SporeError("SPORE_USAGE", `there is no verb "${verb}"`, { hint: `${hint}sporectl --help lists them` });
}

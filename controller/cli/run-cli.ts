import { Command, CommanderError } from "commander";
import { isSporeError, SporeError } from "../base/errors.ts";
import { printableLines } from "../base/printable.ts";
import { absentVerbs } from "./absent-verbs.ts";
import { clientVersion } from "./client-version.ts";
import { commands } from "./commands.ts";
import { exitCodes, type Io, type Screen } from "./io.ts";
import { nearestWord } from "./nearest-word.ts";
import { errorText } from "./output/error-text.ts";
import { paint } from "./output/paint.ts";
import { addGlobalOptions, takesValue } from "./session/global-options.ts";

/**
 * Runs one command line, without the program's own name.
 *
 * @returns the exit code. Errors are written to `io.err`: one line that says what, and a hint where there is one.
 */
export async function runCli(typed: readonly string[], given: Io): Promise<number> {
  if (typed[0] === "__complete") return complete(typed.slice(typed[1] === "--" ? 2 : 1), given);
  let io = given;
  const words = typed[0] === "help" ? [...typed.slice(1), "--help"] : typed;
  let code: number = exitCodes.done;
  try {
    io = colouredAsSaid(words, given);
    const program = await parserFor(words, io, (ended) => {
      code = ended;
    });
    await program.parseAsync(words, { from: "user" });
    return code;
  } catch (error) {
    return report(error, io);
  }
}

/** What the scripts of `sporectl completion` ask: a candidate per line for the last of `words`. Says nothing else: it would land in a prompt. */
async function complete(words: readonly string[], io: Io): Promise<number> {
  const { candidates } = await import("./completion/candidates.ts");
  for (const word of await candidates(words, commands, io)) io.out.write(`${printableLines(word)}\n`);
  return exitCodes.done;
}

async function parserFor(words: readonly string[], io: Io, finish: (code: number) => void): Promise<Command> {
  const called = verbOf(words);
  const program = addGlobalOptions(new Command("sporectl"), called)
    .description("Say what a fleet of microcontrollers should be, and see what it is.")
    .enablePositionalOptions(false)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out.write, writeErr: io.err.write, outputError: () => {} })
    .exitOverride();
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
  const verb = words.find((word, index) => !word.startsWith("-") && !takesValue(words[index - 1] ?? ""));
  if (verb === undefined || commands.some(({ name }) => name === verb)) return verb;
  const absent = absentVerbs.get(verb);
  if (absent !== undefined) {
    throw new SporeError("SPORE_USAGE", `there is no "${verb}" for boards: ${absent.why}`, { hint: absent.hint });
  }
  const near = nearestWord(
    verb,
    commands.map(({ name }) => name),
  );
  const hint = near ? `did you mean "${near}"? ` : "";
  throw new SporeError("SPORE_USAGE", `there is no verb "${verb}"`, { hint: `${hint}sporectl --help lists them` });
}

/** The screens as `--color` wants them, before a verb writes anything. */
function colouredAsSaid(words: readonly string[], io: Io): Io {
  const at = words.findIndex((word) => word === "--color" || word.startsWith("--color="));
  if (at < 0) return io;
  const when = words[at]?.slice("--color=".length) || words[at + 1];
  if (when === "auto") return io;
  if (when !== "always" && when !== "never") {
    throw new SporeError("SPORE_USAGE", `--color ${when ?? ""} is not understood`, {
      hint: "use auto, always or never",
    });
  }
  const coloured = (screen: Screen): Screen => ({
    write: screen.write,
    isTerminal: screen.isTerminal,
    colours: when === "always",
    get width() {
      return screen.width;
    },
  });
  return { ...io, out: coloured(io.out), err: coloured(io.err) };
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";

/** A command that must succeed some number of times. */
export interface Part {
  readonly what: string;
  readonly runs: number;
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** How the runs of a part ended so far. */
export interface PartEnd {
  readonly what: string;
  /** How many were meant. */
  readonly wanted: number;
  /** How many came to their end. */
  readonly runs: number;
  readonly failed: number;
  readonly seconds: number;
}

/** What the runs of every part share. */
export interface Surroundings {
  readonly clock: Clock;
  /** Ends the run that is under way, and begins none. */
  readonly signal: AbortSignal;
  /** Where commands run. */
  readonly directory: string;
  /** Where the output of failed runs is kept. Made when it is not there. */
  readonly logs: string;
  /** Gets each line of the running table. */
  readonly say: (line: string) => void;
}

/** A run that takes longer hangs. */
const runMaxMs = 3_600_000;
/** From being asked to end until being ended. */
const graceMs = 10_000;
const failuresNamedMax = 20;

/** Runs a part. Goes on after a failure: how often it happens is what we want to know. */
export async function runPart(part: Part, around: Surroundings): Promise<PartEnd> {
  const { clock, signal, logs, say } = around;
  const { what, runs: wanted } = part;
  await mkdir(logs, { recursive: true });
  const startMs = clock.monotonic();
  const secondsSince = (ms: number) => (clock.monotonic() - ms) / 1000;
  let [runs, failed] = [0, 0];
  while (runs < wanted && !signal.aborted) {
    const runMs = clock.monotonic();
    const log = join(logs, `${what.replaceAll(/[^\w]+/g, "-")}-${runs + 1}.log`);
    const code = await execute(part, log, around);
    if (signal.aborted) {
      await rm(log, { force: true }); // that it failed then says nothing
      break;
    }
    runs += 1;
    if (code !== 0) failed += 1;
    const { counts, failures } = summaryOf(await readFile(log, "utf8"));
    const verdict = code === 0 ? "passed" : "FAILED";
    say(
      `${what.padEnd(partWidth)}  ${`${runs} of ${wanted}`.padStart(8)}  ${verdict}  ${secondsText(secondsSince(runMs))}  ${counts}`,
    );
    if (code === 0) await rm(log, { force: true });
    else for (const line of [...failures, `the whole output: ${log}`]) say(`    ${line}`);
  }
  return { what, wanted, runs, failed, seconds: secondsSince(startMs) };
}

/** The exit code; 1 for a command that did not start, or was ended because it hung. */
async function execute(
  { command, env }: Part,
  log: string,
  { clock, signal, directory }: Surroundings,
): Promise<number> {
  const [program = "", ...words] = command;
  const output = createWriteStream(log);
  await once(output, "open");
  const child = spawn(program, words, { cwd: directory, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.pipe(output, { end: false });
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error) => {
      output.write(`${error.message}\n`);
      resolve(1);
    });
    child.once("close", (code) => resolve(code ?? 1));
  });
  const hangs = clock.after(runMaxMs, () => void stop(child, clock));
  const onAbort = () => void stop(child, clock);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await ended;
  } finally {
    hangs.cancel();
    signal.removeEventListener("abort", onAbort);
    output.end();
    await once(output, "close");
  }
}

async function stop(child: ChildProcess, clock: Clock): Promise<void> {
  const force = clock.after(graceMs, () => child.kill("SIGKILL"));
  child.kill("SIGTERM");
  await once(child, "close");
  force.cancel();
}

/** What the tests' own last line says, and which of them failed. */
function summaryOf(output: string): { readonly counts: string; readonly failures: readonly string[] } {
  const lines = plain(output).split("\n");
  const counts = lines.findLast((line) => /^\d+ passed, \d+ failed/.test(line)) ?? "no summary";
  const failures = new Set(lines.filter((line) => /^\s*(FAIL |failed: )/.test(line)).map((line) => line.trim()));
  return { counts, failures: [...failures].slice(0, failuresNamedMax) };
}

/** Without colours: ECMA-48 calls them SGR, CSI … m. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what they begin with
  return text.replaceAll(/\u001b\[[\d;]*m/g, "");
}

const partWidth = 32;

function secondsText(seconds: number): string {
  return `${seconds.toFixed(0).padStart(5)} s`;
}

/** One line per part. */
export function partsTable(parts: readonly PartEnd[]): string {
  const row = (what: string, runs: string, failed: string, seconds: string) =>
    `${what.padEnd(partWidth)}  ${runs.padStart(8)}  ${failed.padStart(6)}  ${seconds.padStart(7)}`;
  const lines = parts.map(({ what, wanted, runs, failed, seconds }) =>
    row(what, `${runs} of ${wanted}`, `${failed}`, seconds.toFixed(0)),
  );
  return [row("what", "runs", "failed", "seconds"), ...lines, ""].join("\n");
}

/** Whether every part ran as often as it was meant to, and never failed. */
export function allPassed(parts: readonly PartEnd[]): boolean {
  return parts.every(({ wanted, runs, failed }) => runs === wanted && failed === 0);
}

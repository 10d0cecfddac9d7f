import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Clock } from "../base/clock.ts";
import { Deadline, untilAborted } from "../base/deadline.ts";
import { SporeError } from "../base/errors.ts";

/** A `spored` of our own, as a process. */
export interface SporedProcess extends AsyncDisposable {
  readonly pid: number;
  /** URL of the API, and the port of health and metrics, as it says itself. */
  readonly api: string;
  readonly healthPort: number;
  readonly kubeconfig: string;
  readonly logFile: string;
  /** Rejects when the process ends by itself. */
  readonly failed: Promise<never>;
}

export interface SporedProcessOptions {
  readonly dataDir: string;
  /** Further flags of `spored`. */
  readonly flags: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const program = fileURLToPath(new URL("../main.js", import.meta.url));
const startTimeoutMs = 30_000;
const stopTimeoutMs = 12_000;
const tailMaxLines = 8;

/**
 * Starts `spored` and waits until it serves. Its log goes to `spored.log` in the data directory.
 *
 * @throws SporeError `SPORE_UNAVAILABLE` with what it said last when it ends or stays silent.
 */
export async function startSpored(options: SporedProcessOptions): Promise<SporedProcess> {
  const { dataDir, flags, clock, signal } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const logFile = join(dataDir, "spored.log");
  const child = spawn(process.execPath, ["--enable-source-maps", program, "--data-dir", dataDir, ...flags], {
    // It ends when this process does, however that comes about: see stop-signal.ts.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  const tail: string[] = []; // the log of a temporary directory is gone by the time somebody wants to read it
  const ready = new Promise<ReadyLine>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface(stream).on("line", (line) => {
        log.write(`${line}\n`);
        tail.push(line);
        if (tail.length > tailMaxLines) tail.shift();
        const said = readyLine(line);
        if (said) resolve(said);
      });
    }
  });
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("close", (code, killedBy) =>
      reject(endError(killedBy === null ? `with code ${code}` : `by ${killedBy}`, tail)),
    );
  });
  failed.catch(() => {}); // a caller that does not look at it is told through the API instead
  using limit = new Deadline(clock, signal, startTimeoutMs, "the start of spored");
  const said = await untilAborted(Promise.race([ready, failed]), limit.signal).catch((error: unknown) => {
    child.kill("SIGKILL");
    if (!limit.expired) throw error;
    throw new SporeError(
      "SPORE_UNAVAILABLE",
      `spored does not serve after ${startTimeoutMs / 1000} s; it said last:\n${tail.join("\n")}`,
    );
  });
  return {
    pid: child.pid ?? 0,
    api: said.api,
    healthPort: said.health,
    kubeconfig: join(dataDir, "admin.kubeconfig"),
    logFile,
    failed,
    [Symbol.asyncDispose]: () => stop(child, clock),
  };
}

/** What `spored` logs once it serves. */
interface ReadyLine {
  readonly ready: true;
  readonly api: string;
  readonly health: number;
}

function readyLine(line: string): ReadyLine | undefined {
  return line.includes('"ready":true') ? (JSON.parse(line) as ReadyLine) : undefined;
}

async function stop(child: ChildProcess, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const force = clock.after(stopTimeoutMs, () => child.kill("SIGKILL"));
  await gone;
  force.cancel();
}

/**
 * Why `spored` ended, from the last lines that it wrote: what it said to a person, error and hint; otherwise the lines as they are.
 */
export function endError(how: string, lines: readonly string[]): SporeError {
  const plain = lines.filter((line) => !line.startsWith("{"));
  const at = plain.findLastIndex((line) => line.startsWith("error: "));
  if (at < 0)
    return new SporeError(
      "SPORE_UNAVAILABLE",
      `spored ended ${how}:\n${(plain.length > 0 ? plain : lines).join("\n")}`,
    );
  const [error = "", ...more] = plain.slice(at);
  const hints = more.filter((line) => line.startsWith("hint: ")).map((line) => line.slice("hint: ".length));
  const rest = more.filter((line) => !line.startsWith("hint: "));
  const message = [`spored does not start: ${error.slice("error: ".length)}`, ...rest].join("\n");
  const flags = hints.some((hint) => hint.includes("--")) ? ["`npm start -- FLAGS` takes the same flags"] : [];
  return new SporeError("SPORE_UNAVAILABLE", message, { hint: [...hints, ...flags].join("; ") });
}

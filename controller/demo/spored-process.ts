import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
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

/**
 * Starts `spored` and waits until it serves. Its log goes to `spored.log` in the data directory.
 *
 * @throws SporeError `SPORE_UNAVAILABLE` with the last lines of the log when it ends or stays silent.
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
  child.stderr?.pipe(log, { end: false });
  const ready = new Promise<ReadyLine>((resolve) => {
    if (child.stdout)
      createInterface(child.stdout).on("line", (line) => {
        log.write(`${line}\n`);
        const said = readyLine(line);
        if (said) resolve(said);
      });
  });
  const failed = new Promise<never>((_, reject) => {
    child.once("error", reject);
    child.once("exit", (code, killedBy) => {
      lastLines(logFile).then((lines) => {
        const how = killedBy === null ? `with code ${code}` : `by ${killedBy}`;
        reject(
          new SporeError("SPORE_UNAVAILABLE", `spored ended ${how}:\n${lines}`, { hint: `its log is ${logFile}` }),
        );
      }, reject);
    });
  });
  failed.catch(() => {}); // a caller that does not look at it is told through the API instead
  using limit = new Deadline(clock, signal, startTimeoutMs, "the start of spored");
  const said = await untilAborted(Promise.race([ready, failed]), limit.signal).catch((error: unknown) => {
    child.kill("SIGKILL");
    if (!limit.expired) throw error;
    throw new SporeError("SPORE_UNAVAILABLE", `spored does not serve after ${startTimeoutMs / 1000} s`, {
      hint: `its log is ${logFile}`,
    });
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

/** What went wrong usually stands at the end, and not in a line of the JSON log. */
async function lastLines(file: string): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.trimEnd().split("\n").slice(-8);
  const said = lines.filter((line) => !line.startsWith("{"));
  return (said.length > 0 ? said : lines).join("\n");
}

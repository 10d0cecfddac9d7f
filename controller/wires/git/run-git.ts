import { type ChildProcess, spawn } from "node:child_process";
import { SporeError } from "../../base/errors.ts";
import { printableLine } from "../../base/printable.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";

export interface GitCall {
  readonly args: readonly string[];
  /** The whole environment; nothing of this process's own is added. See `gitEnvironment`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** More than this on the standard output ends the call with `SPORE_TOO_LARGE`. */
  readonly outputMaxBytes: number;
  /** No file that git writes grows beyond this; git fails then, in words of its own. */
  readonly fileMaxBytes: number;
  readonly input?: string;
}

/** What git says when it fails is cut here: its last words are the ones that matter. */
const complaintMaxBytes = 4096;
/** POSIX counts the limit of a file's size in blocks. */
const blockBytes = 512;
/** Sets the limit, then becomes git: neither Node nor git can limit what a fetch writes. */
const limited = 'ulimit -f "$0" && exec git "$@"';

/**
 * Runs the system's `git` once, in a process group of its own, and gives what it wrote to its standard output.
 *
 * @param signal ends git and whatever it started, at once.
 * @throws SporeError `SPORE_GIT_MISSING` without git, `SPORE_TOO_LARGE` when it writes more than it may, `SPORE_GIT_FAILED` with its own words for
 * everything else it dislikes; the signal's reason when that aborts.
 */
export async function runGit(call: GitCall, signal: AbortSignal): Promise<Buffer> {
  signal.throwIfAborted();
  const fileMaxBlocks = String(Math.ceil(call.fileMaxBytes / blockBytes));
  const child = spawn("/bin/sh", ["-c", limited, fileMaxBlocks, ...call.args], {
    cwd: call.directory,
    env: call.environment,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true, // what git starts must end with it
  });
  const onAbort = () => endGroup(child);
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    const ended = await outcome(child, call);
    signal.throwIfAborted();
    return judge(ended, call);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

interface Ended {
  readonly output: Buffer;
  readonly complaint: string;
  readonly isTooMuch: boolean;
  readonly exitCode: number | null;
}

function outcome(child: ChildProcess, call: GitCall): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let complaint = Buffer.alloc(0);
    let isTooMuch = false;
    child.stdout?.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= call.outputMaxBytes) chunks.push(chunk);
      else {
        isTooMuch = true;
        endGroup(child);
      }
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      complaint = Buffer.concat([complaint, chunk]).subarray(-complaintMaxBytes);
    });
    child.stdin?.on("error", () => {}); // it went before it had read everything: its exit says why
    child.stdin?.end(call.input ?? "");
    child.on("error", (error) => reject(cannotStart(error)));
    child.on("close", (exitCode) =>
      resolve({ output: Buffer.concat(chunks), complaint: complaint.toString("utf8"), isTooMuch, exitCode }),
    );
  });
}

function judge({ output, complaint, isTooMuch, exitCode }: Ended, { args, outputMaxBytes }: GitCall): Buffer {
  const verb = args.find((word) => !word.startsWith("-")) ?? "";
  if (isTooMuch) throw new SporeError("SPORE_TOO_LARGE", `git ${verb} wrote more than ${outputMaxBytes} bytes`);
  if (exitCode === 0) return output;
  if (exitCode === notFoundExitCode && !complaint.includes("fatal:")) {
    throw new SporeError("SPORE_GIT_MISSING", "the program git is not on this machine", {
      hint: "install it where spored runs: apt-get install git",
    });
  }
  const hint = hints.find(({ sign }) => sign.test(complaint))?.hint;
  const details = hint === undefined ? {} : { hint };
  throw new SporeError("SPORE_GIT_FAILED", `git ${verb}: ${lastWords(complaint, exitCode)}`, details);
}

/** What usually is in the way. */
const hints: readonly { readonly sign: RegExp; readonly hint: string }[] = [
  {
    sign: /Authentication failed|could not read (Username|Password)|error: 40[13]/,
    hint: "put username and password (or a token as password) into a Secret and name it in spec.secretRef",
  },
  { sign: /certificate/, hint: "put the authority's certificate into the Secret of spec.secretRef, as ca.crt" },
  { sign: /redirect|error: 30[1278]/i, hint: "write the address that the server leads to; redirects are not followed" },
];

/** What a shell exits with when there is no such program. */
const notFoundExitCode = 127;

function lastWords(complaint: string, exitCode: number | null): string {
  const lines = complaint.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((each) => /^(fatal|error|remote):/.test(each)) ?? lines.at(-1);
  return printableLine(line?.replace(/^(fatal|error): /, "") ?? `ended with ${exitCode ?? "a signal"}`);
}

function cannotStart(error: unknown): SporeError {
  const code = systemErrorCode(error) ?? String(error);
  return new SporeError("SPORE_GIT_FAILED", `git cannot be started: ${code}`, {}, { cause: error });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (systemErrorCode(error) !== "ESRCH") throw error; // it has ended by itself
  }
}

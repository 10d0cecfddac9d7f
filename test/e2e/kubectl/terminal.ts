import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Kubectl } from "../../support/kubectls.ts";
import type { Finished } from "../plane.ts";
import type { Chapter, Expected, Step } from "./steps.ts";

/** How a terminal is set up. */
export interface Terminal {
  readonly kubectl: Kubectl;
  /** Empty; the working directory, and HOME with what kubectl keeps of discovery. */
  readonly directory: string;
  readonly kubeconfig: string;
  readonly http: 1 | 2;
}

/** A command that nobody waits for. */
interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  readonly soFar: () => string;
}

/** What kubectl says of itself when it may not use HTTP/2. */
const disabledNotice = /^I\d{4} .*HTTP2 has been explicitly disabled.*\n/gm;
const commandTimeoutMs = 60_000;
const seenTimeoutMs = 20_000;

/**
 * Types the steps of a chapter into a terminal where `kubectl` is one particular version. Goes on after a step that was not answered as it should be.
 *
 * @returns what was wrong, in order; nothing when all is well.
 */
export async function typeChapter(chapter: Chapter, terminal: Terminal): Promise<readonly string[]> {
  await prepare(chapter, terminal);
  const started = new Map<string, Started>();
  const wrong: string[] = [];
  try {
    const { minor } = terminal.kubectl;
    for (const step of chapter.steps.filter(({ since, upTo }) => minor >= since && minor <= upTo)) {
      const faults = await take(step, terminal, started);
      const title = step.run ?? `${step.background?.what} ${step.background?.name}`;
      wrong.push(...faults.map((fault) => `${chapter.name}:${step.line}: ${title}\n${fault}`));
    }
  } finally {
    for (const { child, finished } of started.values()) {
      end(child);
      await finished;
    }
  }
  return wrong;
}

async function prepare({ files }: Chapter, { directory, kubectl }: Terminal): Promise<void> {
  const programs = join(directory, "bin");
  await mkdir(programs, { recursive: true });
  await symlink(kubectl.path, join(programs, "kubectl")).catch(() => {}); // there since the chapter before
  for (const [name, text] of files) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
}

async function take(step: Step, terminal: Terminal, started: Map<string, Started>): Promise<readonly string[]> {
  const { run, background } = step;
  if (run !== undefined) {
    const command = begin(run, terminal);
    if (background === undefined) return faultsOf(step, await command.finished);
    started.set(background.name, command);
    return [];
  }
  const command = started.get(background?.name ?? "");
  if (background === undefined || command === undefined) return [`  nothing was started as ${background?.name}`];
  if (background.what === "sees") return seen(step, command);
  started.delete(background.name);
  if (background.what === "finish") return faultsOf(step, await command.finished);
  end(command.child);
  return faultsOf(step, { ...(await command.finished), code: 0 });
}

function begin(command: string, { directory, kubeconfig, http }: Terminal): Started {
  const env = {
    PATH: `${join(directory, "bin")}:/usr/bin:/bin`,
    HOME: directory,
    KUBECONFIG: kubeconfig,
    ...(http === 1 ? { DISABLE_HTTP2: "1" } : {}),
  };
  const child = spawn("sh", ["-c", command], {
    cwd: directory,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const late = setTimeout(() => end(child), commandTimeoutMs);
  const finished = once(child, "close").then(([code]) => {
    clearTimeout(late);
    return { code, stdout: stdout(), stderr: stderr().replace(disabledNotice, "") };
  });
  return { child, finished, soFar: stdout };
}

/** The shell and what it runs. */
function end({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGTERM");
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** Waits until a command that goes on has said what it should. */
async function seen({ stdout }: Step, { soFar, finished }: Started): Promise<readonly string[]> {
  let over = false;
  const ended = finished.then(() => {
    over = true;
  });
  for (const deadline = Date.now() + seenTimeoutMs; !over && Date.now() < deadline; ) {
    if (mismatch(stdout, soFar()).length === 0) return [];
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
  }
  return mismatch(stdout, soFar()).map((fault) => `  standard output ${fault}, and is\n${soFar()}`);
}

function faultsOf(step: Step, { code, stdout, stderr }: Finished): readonly string[] {
  const silence = step.code === 0 ? { text: "", patterns: [] } : undefined;
  const faults = [
    ...(code === step.code ? [] : [`ends with ${code}, not ${step.code}`]),
    ...mismatch(step.stdout, stdout).map((fault) => `standard output ${fault}`),
    ...mismatch(step.stderr ?? silence, stderr).map((fault) => `standard error ${fault}`),
  ];
  if (faults.length === 0) return [];
  return [
    [...faults, `standard output is\n${stdout}`, `standard error is\n${stderr}`].map((line) => `  ${line}`).join("\n"),
  ];
}

/** What `text` lacks. */
function mismatch(expected: Expected | undefined, text: string): readonly string[] {
  if (expected === undefined) return [];
  const { text: exact, patterns } = expected;
  const said = text.trimEnd();
  const differs = exact !== undefined && said !== exact.trimEnd();
  return [
    ...(differs ? [`should be ${JSON.stringify(exact)}`] : []),
    ...patterns.filter((pattern) => !pattern.test(said)).map((pattern) => `should match ${pattern}`),
  ];
}

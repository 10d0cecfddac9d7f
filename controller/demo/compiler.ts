import { execFile } from "node:child_process";
import { SporeError } from "../base/errors.ts";

/** A C++ compiler of this machine. */
export interface Compiler {
  readonly path: string;
  /** Its first line about itself: objects of another version are not reused. */
  readonly version: string;
}

const names = ["c++", "g++", "clang++"];
const outputMaxBytes = 1024 * 1024;
const compileTimeoutMs = 120_000;

/** @throws SporeError `SPORE_COMPILER_MISSING` with the command that installs one. */
export async function findCompiler(signal: AbortSignal): Promise<Compiler> {
  for (const path of names) {
    const answer = await run(path, ["--version"], signal);
    const version = answer.kind === "done" ? answer.output.split("\n")[0] : undefined;
    if (version !== undefined && version !== "") return { path, version };
  }
  signal.throwIfAborted();
  const hint =
    process.platform === "darwin" ? "xcode-select --install" : "sudo apt-get install -y g++   (on Debian and Ubuntu)";
  throw new SporeError("SPORE_COMPILER_MISSING", `There is no C++ compiler: looked for ${names.join(", ")}.`, { hint });
}

/** @throws SporeError `SPORE_BUILD_FAILED` with what the compiler said. */
export async function runCompiler(path: string, parameters: readonly string[], signal: AbortSignal): Promise<void> {
  const answer = await run(path, parameters, signal);
  if (answer.kind === "done") return;
  signal.throwIfAborted();
  throw new SporeError("SPORE_BUILD_FAILED", `${path} failed:\n${answer.output}`, {}, { cause: answer.cause });
}

type Answer =
  | { readonly kind: "done"; readonly output: string }
  | { readonly kind: "failed"; readonly output: string; readonly cause: unknown };

function run(path: string, parameters: readonly string[], signal: AbortSignal): Promise<Answer> {
  return new Promise((resolve) => {
    const options = { signal, maxBuffer: outputMaxBytes, timeout: compileTimeoutMs };
    execFile(path, parameters, options, (cause, stdout, stderr) => {
      if (cause) resolve({ kind: "failed", output: stderr.trim() || cause.message, cause });
      else resolve({ kind: "done", output: stdout });
    });
  });
}

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SporeError } from "../../base/errors.ts";
import { exitCodes, type Io } from "../io.ts";

/** One object in two states, as text; empty where there is none. */
export interface Difference {
  /** The name of its file: `spore.dev.v1alpha1.NodeGroup.default.lab`. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/**
 * Lets a program of the user show the differences: it gets two directories, and what it writes goes to our output.
 *
 * @param command the program and its options, as in `$KUBECTL_EXTERNAL_DIFF`.
 * @returns the program's exit code: 1 where it found differences.
 * @throws SporeError `SPORE_USAGE` when it cannot be run, or fails.
 */
export async function externalDiff(command: string, differences: readonly Difference[], io: Io): Promise<number> {
  const [program = "", ...options] = command.split(" ").filter((word) => word !== "");
  const root = await mkdtemp(join(tmpdir(), "sporectl-diff-"));
  try {
    const [live, merged] = [join(root, "LIVE"), join(root, "MERGED")];
    for (const folder of [live, merged]) await mkdir(folder, { mode: 0o700 });
    for (const { name, before, after } of differences) {
      if (before !== "") await writeFile(join(live, name), before, { mode: 0o600 });
      if (after !== "") await writeFile(join(merged, name), after, { mode: 0o600 });
    }
    const code = await run(program, [...options, live, merged], io);
    if (code <= exitCodes.failed) return code;
    throw new SporeError("SPORE_USAGE", `${command} failed with exit code ${code}`, {
      hint: "a program for $KUBECTL_EXTERNAL_DIFF ends with 0 for no difference and 1 for some, as diff does",
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function run(program: string, words: readonly string[], io: Io): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { env: { ...io.env }, stdio: ["ignore", "pipe", "pipe"], signal: io.signal });
    child.stdout.setEncoding("utf8").on("data", (text: string) => io.out.write(text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => io.err.write(text));
    child.on("error", (error) => {
      if (io.signal.aborted) return reject(io.signal.reason);
      reject(new SporeError("SPORE_USAGE", `${program} cannot be run: ${error.message}`));
    });
    child.on("close", (code) => resolve(code ?? exitCodes.usage));
  });
}

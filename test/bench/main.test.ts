import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { rows } from "../../controller/bench/rows.ts";
import { program } from "../support/built-programs.ts";
import { descendants, living } from "../support/processes.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

interface Bench {
  readonly child: ChildProcess;
  /** What it has written to standard error so far. */
  errors(): string;
  /** The exit code. */
  readonly ended: Promise<unknown>;
}

function start(words: readonly string[], directory: string): Bench {
  const child = spawn(process.execPath, [program("bench/main.js"), ...words], {
    env: { ...process.env, TMPDIR: directory },
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  return { child, errors: () => errors, ended: once(child, "close").then(([code]) => code) };
}

describe("npm run bench", () => {
  it("names the rows that there are when it is asked for another", async () => {
    const { ended, errors } = start(["--only", "nothing"], directoryOfTest());
    expect(await ended).toBe(2);
    for (const { name } of rows) expect(errors()).toContain(name);
  });

  it.each(rows.map(({ name }) => name))(
    "%s, interrupted at its work, leaves no process and no file",
    { timeout: 60_000 },
    async (name) => {
      const directory = directoryOfTest();
      const { child, ended, errors } = start(["--only", name], directory);
      const work = async () => (await readdir(directory, { recursive: true })).length + (await below(child)).length;
      // Two directories are there at once; what is more is the row's own. One row works in threads alone.
      const isBusy = async () => errors().includes(`${name} …`) && (name === "ota-send" || (await work()) > 2);
      await expect.poll(isBusy, { timeout: 30_000 }).toBe(true);
      const children = await below(child);
      child.kill("SIGINT");
      expect([await ended, errors()]).toEqual([2, expect.stringContaining("Interrupted.")]);
      await expect.poll(() => living(children), { timeout: 10_000 }).toEqual([]);
      expect(await readdir(directory)).toEqual([]);
    },
  );
});

function below({ pid = 0 }: ChildProcess): Promise<readonly number[]> {
  return descendants(pid);
}

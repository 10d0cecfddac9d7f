import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { stderr, stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { systemClock } from "../base/clock.ts";
import { interruptedExitCode, stopSignal } from "../base/stop-signal.ts";
import { allPassed, type Part, type PartEnd, partsTable, runPart, type Surroundings } from "./repeated-runs.ts";

/**
 * `npm run test:long`: what takes too long for every commit. Exits 0 when every run of every part passed, 1 when not, 130 when it was stopped. The
 * output of a run that failed is kept in `build/test-long`.
 */
const checkout = fileURLToPath(new URL("../..", import.meta.url));
const vitest = join(checkout, "node_modules", "vitest", "vitest.mjs");
const configuration = ["--config", "test/vitest.config.ts"];
const endToEnd = "test/e2e/";
/** They wait more than they compute, so that the machine has room for one more than `npm test` takes. */
const workers = "--maxWorkers=4";

const { SPORE_LONG: _long, ...env } = process.env;
const { signal } = stopSignal();
const around: Surroundings = {
  clock: systemClock,
  signal,
  directory: checkout,
  logs: join(checkout, "build", "test-long"),
  say: (line) => void stdout.write(`${line}\n`),
};
const run = [process.execPath, vitest, "run", ...configuration];
const parts: readonly Part[] = [
  { what: "unit and contract tests", runs: 20, command: [...run, workers, "--exclude", `${endToEnd}**`], env },
  { what: "end-to-end tests", runs: 5, command: [...run, endToEnd], env },
  {
    // Only tests that a long run lengthens: the others would be the same once more.
    what: "long sweeps",
    runs: 1,
    command: [process.execPath, vitest, "related", "--run", ...configuration, "test/support/long-run.ts"],
    env: { ...env, SPORE_LONG: "1" },
  },
];

await rm(around.logs, { recursive: true, force: true }); // of the sweep before
const ends: PartEnd[] = [];
for (const part of parts) ends.push(await runPart(part, around));
if (!signal.aborted) ends.push(await onNewestNode());
stdout.write(`\n${partsTable(ends)}`);
process.exitCode = signal.aborted ? interruptedExitCode : allPassed(ends) ? 0 : 1;

/** The newest Node.js lies outside the project, because there it would become the Node of every script. */
async function onNewestNode(): Promise<PartEnd> {
  const folder = await mkdtemp(join(tmpdir(), "spore-newest-node-"));
  const packageName = `node-${process.platform}-${process.arch}`;
  const options = ["--silent", "--no-save", "--no-audit", "--no-fund", "--prefix", folder];
  const what = "all tests on the newest Node.js";
  try {
    await chmod(folder, 0o755); // tests run it as another user, too
    await promisify(execFile)("npm", ["install", ...options, `${packageName}@latest`], { env, signal });
    const node = await findNode(folder);
    const { stdout: version } = await promisify(execFile)(node, ["--version"], { env });
    const path = `${dirname(node)}:${process.env.PATH ?? ""}`;
    const command = [node, vitest, "run", ...configuration];
    return await runPart(
      { what: `all tests on Node.js ${version.trim()}`, runs: 1, command, env: { ...env, PATH: path } },
      around,
    );
  } catch (error) {
    if (!signal.aborted)
      stderr.write(`${packageName} cannot be installed: ${error instanceof Error ? error.message : error}\n`);
    return { what, wanted: 1, runs: 0, failed: 0, seconds: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The package brings `bin/node`. */
async function findNode(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const found = files.find((path) => path.endsWith(join("bin", "node")) && !path.includes(".bin"));
  return join(folder, found ?? join("node_modules", ".bin", "node"));
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { systemClock } from "../base/clock.ts";

/** `npm run test:long`: what takes too long for every commit. Each line of the table at the end is one way to run the tests. */
const checkout = fileURLToPath(new URL("../..", import.meta.url));
const vitest = join(checkout, "node_modules", "vitest", "vitest.mjs");
const configuration = ["run", "--config", "test/vitest.config.ts"];
const endToEnd = "test/e2e/";
const unitRounds = 20;
const endToEndRounds = 5;

interface Row {
  readonly what: string;
  readonly runs: number;
  readonly failed: number;
  readonly seconds: number;
}

const rows: Row[] = [];
const { SPORE_LONG: _long, ...short } = process.env;
rows.push(
  await repeat(
    "unit and contract tests",
    unitRounds,
    [process.execPath, vitest, ...configuration, "--exclude", `${endToEnd}**`],
    short,
  ),
);
rows.push(
  await repeat("end-to-end tests", endToEndRounds, [process.execPath, vitest, ...configuration, endToEnd], short),
);
rows.push(await repeat("long sweeps", 1, [process.execPath, vitest, ...configuration], { ...short, SPORE_LONG: "1" }));
rows.push(await onNewestNode());
stdout.write(table(rows));
process.exitCode = rows.every(({ failed }) => failed === 0) ? 0 : 1;

/** Goes on after a failure: how often it happens is what we want to know. */
async function repeat(what: string, runs: number, command: readonly string[], env: NodeJS.ProcessEnv): Promise<Row> {
  const startMs = systemClock.monotonic();
  let failed = 0;
  for (let run = 1; run <= runs; run++) {
    stdout.write(`\n== ${what}, ${run} of ${runs}\n`);
    if ((await execute(command, env)) !== 0) failed++;
  }
  return { what, runs, failed, seconds: (systemClock.monotonic() - startMs) / 1000 };
}

/** Outside the project, because there it would become the Node of every script. */
async function onNewestNode(): Promise<Row> {
  const folder = await mkdtemp(join(tmpdir(), "spore-newest-node-"));
  const what = "all tests on the newest Node.js";
  try {
    const arch = `node-${process.platform}-${process.arch}`;
    const install = [
      "npm",
      "install",
      "--silent",
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--prefix",
      folder,
      `${arch}@latest`,
    ];
    if ((await execute(install, short)) !== 0)
      return { what: `${what}: ${arch} cannot be installed`, runs: 1, failed: 1, seconds: 0 };
    const node = await findNode(folder);
    const bin = fileURLToPath(new URL(".", `file://${node}`));
    return await repeat(what, 1, [node, vitest, ...configuration], {
      ...short,
      PATH: `${bin}:${process.env.PATH ?? ""}`,
    });
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

async function execute([program = "", ...words]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const child = spawn(program, words, { cwd: checkout, env, stdio: "inherit" });
  const [code] = await once(child, "close");
  return typeof code === "number" ? code : 1;
}

function table(all: readonly Row[]): string {
  const width = Math.max(...all.map(({ what }) => what.length));
  const lines = all.map(
    ({ what, runs, failed, seconds }) =>
      `${what.padEnd(width)}  ${String(runs).padStart(4)}  ${String(failed).padStart(6)}  ${seconds.toFixed(0).padStart(7)}`,
  );
  return `\n${"what".padEnd(width)}  runs  failed  seconds\n${lines.join("\n")}\n`;
}

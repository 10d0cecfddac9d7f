import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../base/clock.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { silentLogger } from "../base/log.ts";
import type { BenchResult, BenchRow } from "./row.ts";
import { rows } from "./rows.ts";
import { benchTable } from "./table.ts";

/** `npm run bench [-- --only ROW] [--json FILE] [--dir DIR]`: exits 1 when a target is missed, 2 when it could not be run. */
async function main(): Promise<void> {
  const { only, json, dir } = readFlags();
  const wanted = choose(only);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(new SporeError("SPORE_USAGE", "Interrupted.")));
  const base = await mkdtemp(join(dir ?? tmpdir(), "spore-bench-"));
  try {
    const results: BenchResult[] = [];
    for (const row of wanted) {
      process.stderr.write(`${row.name} …\n`);
      const tmpDir = join(base, row.name);
      await mkdir(tmpDir);
      results.push(...(await row.run({ signal: stop.signal, log: silentLogger, clock: systemClock, tmpDir })));
      await rm(tmpDir, { recursive: true, force: true });
    }
    process.stdout.write(benchTable(results));
    if (json !== undefined) await writeFile(json, `${JSON.stringify({ machine: machine(), results }, undefined, 2)}\n`);
    process.exitCode = results.every(({ met }) => met) ? 0 : 1;
  } catch (error) {
    stop.signal.throwIfAborted(); // what fails then fails because of it
    throw error;
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

function readFlags(): { only?: string | undefined; json?: string | undefined; dir?: string | undefined } {
  try {
    const flag = { type: "string" } as const;
    return parseArgs({ options: { only: flag, json: flag, dir: flag } }).values;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SporeError("SPORE_USAGE", `${reason} The flags are --only ROW, --json FILE and --dir DIR.`);
  }
}

function choose(only: string | undefined): readonly BenchRow[] {
  const wanted = rows.filter(({ name }) => only === undefined || name === only);
  if (wanted.length > 0) return wanted;
  const names = rows.map(({ name }) => name).join(", ");
  throw new SporeError("SPORE_USAGE", `There is no benchmark ${only}. There are: ${names}.`);
}

function machine() {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown",
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${isSporeError(error) ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = 2;
});

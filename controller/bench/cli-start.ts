import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPlane } from "./bench-plane.ts";
import { type BenchContext, type BenchResult, type BenchRow, median } from "./row.ts";

const rounds = 15;
const allowanceMs = 60;
const udpPort = 14_330;
const sporectl = fileURLToPath(new URL("../cli/main.js", import.meta.url));

/** How long a person waits for the command line: its own version against nothing at all, and a list against kubectl's. */
export const cliStart: BenchRow = {
  name: "cli-start",
  async run(context) {
    const { NODE_OPTIONS: _dropped, ...env } = process.env;
    await using plane = await startPlane(udpPort, join(context.tmpDir, "cli"), [], context);
    const withServer = { ...env, SPORE_KUBECONFIG: plane.kubeconfig, KUBECONFIG: plane.kubeconfig };
    const [version, nothing] = await inTurn(
      [process.execPath, sporectl, "version", "--client"],
      [process.execPath, "-e", "0"],
      env,
      context,
    );
    const results = [versionRow(version, nothing)];
    if (spawnSync("kubectl", ["version", "--client"]).status === 0) {
      const [ours, theirs] = await inTurn(
        [process.execPath, sporectl, "get", "nodes"],
        ["kubectl", "get", "nodes.spore.dev"],
        withServer,
        context,
      );
      results.push(listRow(ours, theirs));
    }
    return results;
  },
};

async function inTurn(
  ours: readonly string[],
  theirs: readonly string[],
  env: NodeJS.ProcessEnv,
  context: BenchContext,
): Promise<readonly [number, number]> {
  const times: readonly [number[], number[]] = [[], []];
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, words] of [ours, theirs].entries()) {
      const tookMs = await timed(words, env, context);
      if (round >= 0) times[index]?.push(tookMs); // the first of each only warms the disk
    }
  }
  return [median(times[0]), median(times[1])];
}

async function timed(
  [program = "", ...words]: readonly string[],
  env: NodeJS.ProcessEnv,
  { clock, signal }: BenchContext,
) {
  const startMs = clock.monotonic();
  const child = spawn(program, words, { env, stdio: "ignore", signal });
  await once(child, "exit");
  return clock.monotonic() - startMs;
}

function versionRow(ours: number, reference: number): BenchResult {
  const met = ours <= reference + allowanceMs;
  return { ...figures("sporectl version --client", ours, reference), target: `≤ node -e 0 + ${allowanceMs} ms`, met };
}

function listRow(ours: number, reference: number): BenchResult {
  return { ...figures("sporectl get nodes against kubectl", ours, reference), target: "stated", met: true };
}

function figures(row: string, ours: number, reference: number) {
  return { row, ours: Math.round(ours), reference: Math.round(reference), unit: "ms", ratio: ours / reference };
}

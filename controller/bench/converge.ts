import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { simulatedImage } from "../simulator/spore/simulated-image.ts";
import { convergedNodes, createGroup, pushImage, startPlane, until } from "./bench-plane.ts";
import { startNodeLoad } from "./node-load.ts";
import { processFigures } from "./process-figures.ts";
import { type BenchContext, type BenchResult, type BenchRow, median } from "./row.ts";

const nodes = 1000;
const rounds = 3;
const udpPort = 14_310;
const cpuTargetMsPerNode = 10;

interface Figures {
  readonly cpuMsPerNode: number;
  readonly wallSeconds: number;
}

/**
 * What it costs spored to bring 1,000 nodes from the first heartbeat to converged: found, adopted, updated, seen running. The transfer takes no
 * time, and nothing is waited for that the control plane does not itself insist on.
 */
export const convergeThousand: BenchRow = {
  name: "converge-1000",
  async run(context) {
    const figures: Figures[] = [];
    for (let round = 0; round < rounds; round += 1) figures.push(await measure(round, context));
    return report(figures);
  },
};

async function measure(round: number, context: BenchContext): Promise<Figures> {
  const { clock, signal } = context;
  const directory = join(context.tmpDir, `converge-${round}`);
  await mkdir(directory, { recursive: true });
  await using plane = await startPlane(
    udpPort,
    join(directory, "data"),
    ["--auto-adopt", "default", "--ota-parallel", "64"],
    context,
  );
  const firmware = await pushImage(plane, simulatedImage({ name: "lab-sensor", version: "1.1.0" }), directory, context);
  await createGroup(plane, firmware, signal);
  const before = await processFigures(plane.spored.pid);
  const startMs = clock.monotonic();
  await using _load = await startNodeLoad(
    { count: nodes, base: "127.60.0.1", udpPort, labels: { bench: "yes" } },
    signal,
  );
  await until(async () => (await convergedNodes(plane, signal)) === nodes, context);
  const after = await processFigures(plane.spored.pid);
  return { cpuMsPerNode: (after.cpuMs - before.cpuMs) / nodes, wallSeconds: (clock.monotonic() - startMs) / 1000 };
}

function report(figures: readonly Figures[]): readonly BenchResult[] {
  const cpu = median(figures.map(({ cpuMsPerNode }) => cpuMsPerNode));
  const wall = median(figures.map(({ wallSeconds }) => wallSeconds));
  return [
    {
      row: `converge ${nodes} nodes`,
      ours: Number(cpu.toFixed(1)),
      reference: undefined,
      unit: "ms of CPU per node",
      ratio: undefined,
      target: `≤ ${cpuTargetMsPerNode} ms`,
      met: cpu <= cpuTargetMsPerNode,
      note: `${wall.toFixed(0)} s from the first heartbeat`,
    },
  ];
}

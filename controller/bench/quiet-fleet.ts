import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../base/clock.ts";
import { simulatedImage } from "../simulator/spore/simulated-image.ts";
import { type BenchPlane, convergedNodes, createGroup, pushImage, startPlane, until } from "./bench-plane.ts";
import { startNodeLoad } from "./node-load.ts";
import { type ProcessFigures, processFigures } from "./process-figures.ts";
import type { BenchContext, BenchResult, BenchRow } from "./row.ts";

const nodes = 1000;
const udpPort = 14_320;
const windowMs = 60_000;
/** What a fleet that has just converged still has to say. */
const settleMs = 30_000;
const memoryMaxBytes = 200e6;
const coreMaxPercent = 5;

/** What 1,000 nodes cost that are what they should be: nothing is written, little is done. One run: it takes a minute and has no reference. */
export const quietFleet: BenchRow = {
  name: "quiet-fleet",
  async run(context) {
    const { clock, signal } = context;
    const directory = join(context.tmpDir, "quiet");
    await mkdir(directory, { recursive: true });
    const flags = ["--auto-adopt", "default", "--ota-parallel", "64"];
    await using plane = await startPlane(udpPort, join(directory, "data"), flags, context);
    const image = simulatedImage({ name: "lab-sensor", version: "1.0.0" });
    await createGroup(plane, await pushImage(plane, image, directory, context), signal);
    const load = { count: nodes, base: "127.70.0.1", udpPort, labels: { bench: "yes" } };
    await using _load = await startNodeLoad(load, signal);
    await until(async () => (await convergedNodes(plane, signal)) === nodes, context);
    await sleep(clock, settleMs, signal);
    const before = { ...(await processFigures(plane.spored.pid)), revision: await revisionOf(plane, context) };
    await sleep(clock, windowMs, signal);
    const after = { ...(await processFigures(plane.spored.pid)), revision: await revisionOf(plane, context) };
    return report(after.revision - before.revision, after, (after.cpuMs - before.cpuMs) / windowMs);
  },
};

async function revisionOf({ spored }: BenchPlane, { signal }: BenchContext): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${spored.healthPort}/metrics`, { signal });
  return Number(/^spore_store_revision (\d+)$/m.exec(await answer.text())?.[1]);
}

function report(
  writes: number,
  { residentBytes, residentFileBytes }: ProcessFigures,
  cores: number,
): readonly BenchResult[] {
  const row = `${nodes} quiet nodes for ${windowMs / 1000} s`;
  const megabytes = Math.round(residentBytes / 1e6);
  const note = `${Math.round(residentFileBytes / 1e6)} MB of it in files`;
  const percent = Number((cores * 100).toFixed(1));
  const common = { reference: undefined, ratio: undefined };
  return [
    { row, ours: writes, unit: "store writes", target: "0", met: writes === 0, ...common },
    { row, ours: megabytes, unit: "MB", target: "< 200 MB", met: residentBytes < memoryMaxBytes, note, ...common },
    { row, ours: percent, unit: "% of a core", target: "< 5 %", met: percent < coreMaxPercent, ...common },
  ];
}

import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SporeError } from "../base/errors.ts";
import { simulatedImage } from "../simulator/spore/simulated-image.ts";
import { startNodeLoad } from "./node-load.ts";
import { withRollouts } from "./rollouts.ts";
import { type BenchContext, type BenchResult, type BenchRow, median } from "./row.ts";

const nodes = 200;
const atOnce = 16;
const imageBytes = 432_000;
/** A daemon has run for long: by then it is compiled as well as it will be. */
const warmUpRounds = 3;
const rounds = 7;
const targetRatio = 0.6;
const httpPort = 14_381;
const udpPorts = { ours: 14_340, reference: 14_341 };
/** The third number of the addresses stays; 200 nodes fit behind it. */
const referenceNetwork = "127.81.0";

/**
 * What a firmware update of 200 instant nodes takes through the whole control plane: from the write of the group to the last recorded outcome. The
 * reference is what a person would type, `xargs -P16 curl -F`, at another fleet of the same nodes.
 */
export const otaFanout: BenchRow = {
  name: "ota-fanout",
  async run(context) {
    const { tmpDir, signal } = context;
    const path = join(tmpDir, "curl.bin");
    await writeFile(path, simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: imageBytes }));
    const other = { count: nodes, base: `${referenceNetwork}.1`, httpPort, udpPort: udpPorts.reference };
    await using _other = await startNodeLoad(other, signal);
    const fleet = { count: nodes, base: "127.80.0.1", httpPort };
    const options = { imageBytes, parallel: atOnce, udpPort: udpPorts.ours, fleet };
    return await withRollouts(options, context, async (rollouts) => {
      const ours: number[] = [];
      const reference: number[] = [];
      await curlAll(path, context); // as warm as the other fleet
      for (let round = 0; round < warmUpRounds; round++) await rollouts.next();
      for (let round = 0; round < rounds; round++) {
        ours.push(await rollouts.next());
        reference.push(await curlAll(path, context));
      }
      return [report(median(ours), median(reference))];
    });
  },
};

/** @throws SporeError `SPORE_UNAVAILABLE` when curl or xargs are not there, or a node did not take the image. */
async function curlAll(path: string, { clock, signal }: BenchContext): Promise<number> {
  const curl = ["curl", "-sS", "-f", "-o", "/dev/null", "-F", `file=@${path}`, "{}"];
  const startMs = clock.monotonic();
  const child = spawn("xargs", [`-P${atOnce}`, "-I{}", ...curl], { stdio: ["pipe", "ignore", "inherit"], signal });
  for (let index = 1; index <= nodes; index++) {
    child.stdin.write(`http://${referenceNetwork}.${index}:${httpPort}/api/node/update\n`);
  }
  child.stdin.end();
  const [code]: unknown[] = await once(child, "exit");
  if (code === 0) return clock.monotonic() - startMs;
  throw new SporeError("SPORE_UNAVAILABLE", `xargs -P${atOnce} curl -F ended with code ${code}.`, {
    hint: "this row compares with curl and xargs; install both",
  });
}

function report(ours: number, reference: number): BenchResult {
  const ratio = ours / reference;
  return {
    row: "ota-fanout",
    ours: Math.round(ours),
    reference: Math.round(reference),
    unit: "ms",
    ratio,
    target: `≤ ${targetRatio} ×`,
    met: ratio <= targetRatio,
    note: `${nodes} nodes, ${imageBytes / 1000} kB each, against xargs -P${atOnce} curl -F`,
  };
}

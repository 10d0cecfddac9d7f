import { withRollouts } from "./rollouts.ts";
import { type BenchResult, type BenchRow, median } from "./row.ts";

const nodes = 48;
const atOnce = 16;
const transferBytesPerSecond = 30_000;
/** Smaller than a real image: the work around each upload weighs the more, and three rounds take no more than two minutes. */
const imageBytes = 300_000;
const rounds = 3;
const targetRatio = 1.05;
const udpPort = 14_350;
const httpPort = 14_382;

/** How much of the time is not the devices' own. The reference is arithmetic: bytes ÷ rate × waves. */
export const otaPaced: BenchRow = {
  name: "ota-paced",
  run(context) {
    const fleet = { count: nodes, base: "127.82.0.1", httpPort, transferBytesPerSecond };
    return withRollouts({ imageBytes, parallel: atOnce, udpPort, fleet }, context, async (rollouts) => {
      const took: number[] = [];
      for (let round = 0; round < rounds; round++) took.push(await rollouts.next());
      return [report(median(took))];
    });
  },
};

function report(ours: number): BenchResult {
  const reference = (imageBytes / transferBytesPerSecond) * 1000 * Math.ceil(nodes / atOnce);
  const ratio = ours / reference;
  return {
    row: "ota-paced",
    ours: Math.round(ours),
    reference: Math.round(reference),
    unit: "ms",
    ratio,
    target: `≤ ${targetRatio} ×`,
    met: ratio <= targetRatio,
    note: `${nodes} nodes, ${imageBytes / 1000} kB each at ${transferBytesPerSecond / 1000} kB/s`,
  };
}

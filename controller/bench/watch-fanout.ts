import { join } from "node:path";
import { runLoad } from "./api/load.ts";
import { apiOnly, targetOf } from "./api/plane-target.ts";
import { startPlane } from "./bench-plane.ts";
import { processFigures } from "./process-figures.ts";
import type { BenchRow } from "./row.ts";

const udpPort = 14_333;
const watchers = 1000;
const connections = 10;
const writes = 20;
const pauseMs = 250;
const targetMs = 100;

/** From the moment in which a write is sent until each of 1,000 watches has seen it. */
export const watchFanout: BenchRow = {
  name: "watch-fanout",
  async run(context) {
    await using plane = await startPlane(udpPort, join(context.tmpDir, "data"), apiOnly, context);
    const target = await targetOf(plane);
    const job = { kind: "fanout", watchers, connections, writes, pauseMs, target } as const;
    const { p99Ms, medianMs, maxMs } = await runLoad(job, context.signal);
    const { residentBytes } = await processFigures(plane.spored.pid);
    return [
      {
        row: `watch-fanout, ${watchers} watches, p99`,
        ours: Math.round(p99Ms),
        reference: undefined,
        unit: "ms",
        ratio: undefined,
        target: `< ${targetMs} ms`,
        met: p99Ms < targetMs,
        note: `median ${Math.round(medianMs)} ms, longest ${Math.round(maxMs)} ms; resident memory ${Math.round(residentBytes / 1e6)} MB`,
      },
    ];
  },
};

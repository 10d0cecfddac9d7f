import { join } from "node:path";
import { runLoad } from "./api/load.ts";
import { apiOnly, targetOf } from "./api/plane-target.ts";
import { startPlane } from "./bench-plane.ts";
import type { BenchRow } from "./row.ts";

const udpPort = 14_331;
const writes = 600;
const pauseMs = 10;
const targetMs = 25;

/** How long one client waits for a write of 1.2 kB when the server has nothing else to do. */
export const apiWriteP99: BenchRow = {
  name: "api-write-p99",
  async run(context) {
    await using plane = await startPlane(udpPort, join(context.tmpDir, "data"), apiOnly, context);
    const target = await targetOf(plane);
    const { p99Ms, medianMs, maxMs } = await runLoad({ kind: "paced", writes, pauseMs, target }, context.signal);
    return [
      {
        row: "api-write, idle server, p99",
        ours: Number(p99Ms.toFixed(1)),
        reference: undefined,
        unit: "ms",
        ratio: undefined,
        target: `< ${targetMs} ms`,
        met: p99Ms < targetMs,
        note: `median ${medianMs.toFixed(1)} ms, longest ${maxMs.toFixed(1)} ms of ${writes}`,
      },
    ];
  },
};

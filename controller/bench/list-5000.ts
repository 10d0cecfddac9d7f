import { join } from "node:path";
import { Node } from "../api/node.ts";
import { runLoad } from "./api/load.ts";
import { apiOnly, targetOf } from "./api/plane-target.ts";
import { type BenchPlane, startPlane } from "./bench-plane.ts";
import { processFigures } from "./process-figures.ts";
import type { BenchContext, BenchRow } from "./row.ts";

const udpPort = 14_332;
const nodes = 5000;
const parallel = 50;
const times = 9;
const targetMs = 300;

/** A list of 5,000 Nodes, neither paged nor packed, to its last byte. */
export const listFiveThousand: BenchRow = {
  name: "list-5000",
  async run(context) {
    await using plane = await startPlane(udpPort, join(context.tmpDir, "data"), apiOnly, context);
    await makeNodes(plane, context);
    const target = await targetOf(plane);
    const path = "/apis/spore.dev/v1alpha1/nodes";
    const { medianMs, maxMs, bodyBytes } = await runLoad({ kind: "list", path, times, target }, context.signal);
    const { residentBytes } = await processFigures(plane.spored.pid);
    const [megabytes, resident] = [(bodyBytes / 1e6).toFixed(1), Math.round(residentBytes / 1e6)];
    return [
      {
        row: `list of ${nodes} Nodes`,
        ours: Math.round(medianMs),
        reference: undefined,
        unit: "ms",
        ratio: undefined,
        target: `< ${targetMs} ms`,
        met: medianMs < targetMs,
        note: `${megabytes} MB; longest of ${times}: ${Math.round(maxMs)} ms; resident memory ${resident} MB`,
      },
    ];
  },
};

async function makeNodes({ client }: BenchPlane, { signal }: BenchContext): Promise<void> {
  const make = async (first: number) => {
    for (let index = first; index < nodes; index += parallel) {
      const name = `esp-${String(index).padStart(6, "0")}`;
      const labels = { room: `room-${index % 40}`, "spore.dev/family": "spore", "device.spore.dev/app": "lab-sensor" };
      const spec = {
        family: "spore",
        address: `10.0.${index >> 8}.${index & 255}:80`,
        owner: { namespace: "default" },
      } as const;
      await client.create(Node, { metadata: { name, labels }, spec }, { signal });
    }
  };
  await Promise.all(Array.from({ length: parallel }, (_, first) => make(first)));
}

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import { nodeNameOf } from "../drivers/node-name.ts";
import { startFleet } from "../simulator/spore/fleet.ts";
import { physicsPresets } from "../simulator/spore/physics.ts";
import { simulatedImage } from "../simulator/spore/simulated-image.ts";
import { type DemoFleet, nodeUrl } from "./demo-fleet.ts";
import type { DemoOptions } from "./demo-options.ts";

const imageBytes = 380_000;

/** What `npm start` shows where no firmware can be built. */
export async function startSimulation(
  options: DemoOptions,
  dataDir: string,
  otaBytesPerSecond: number,
  clock: Clock,
): Promise<DemoFleet> {
  const folder = join(dataDir, "images");
  await mkdir(folder, { recursive: true });
  const versions = ["1.0.0", "1.1.0"].map((version) => ({
    path: join(folder, `lab-sensor-${version}.bin`),
    bytes: simulatedImage({ name: "lab-sensor", version, sizeBytes: imageBytes }),
  }));
  for (const { path, bytes } of versions) await writeFile(path, bytes);
  const fleet = await startFleet({
    count: options.nodes,
    base: options.base,
    httpPort: options.httpPort,
    udpPort: options.udpPort,
    clock,
    physics: { ...physicsPresets.quick, transferBytesPerSecond: otaBytesPerSecond },
    labels: { bench: "quickstart", app: "lab-sensor", room: "storage" },
    ...(versions[0] ? { image: versions[0].bytes } : {}),
  });
  return {
    what: `${options.nodes} SIMULATED nodes`,
    images: versions.map(({ path }) => path),
    async sample() {
      const [first] = fleet.nodes;
      if (!first) throw new SporeError("SPORE_INTERNAL", "a fleet without nodes was started");
      const { hostname, address } = first.board;
      return { name: nodeNameOf(hostname), url: nodeUrl(address, first.httpPort), pid: undefined };
    },
    [Symbol.asyncDispose]: () => fleet.stop(),
  };
}

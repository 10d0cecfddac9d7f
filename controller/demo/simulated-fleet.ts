import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { startFleet } from "../simulator/spore/fleet.ts";
import { physicsPresets } from "../simulator/spore/physics.ts";
import { simulatedImage } from "../simulator/spore/simulated-image.ts";
import type { DemoOptions } from "./demo-options.ts";

/** Nodes in software, with images for them. */
export interface Simulation extends AsyncDisposable {
  readonly what: string;
  /** Address of the first node. */
  readonly first: string;
  /** Paths of the images, the old version first. */
  readonly images: readonly string[];
}

const imageBytes = 380_000;

/** What `npm start` shows where no firmware can be built. */
export async function startSimulation(
  options: DemoOptions,
  dataDir: string,
  otaBytesPerSecond: number,
  clock: Clock,
): Promise<Simulation> {
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
    first: options.base,
    images: versions.map(({ path }) => path),
    [Symbol.asyncDispose]: () => fleet.stop(),
  };
}

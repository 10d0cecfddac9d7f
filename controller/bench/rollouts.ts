import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Node, type NodeStatusOperation } from "../api/node.ts";
import { Deadline } from "../base/deadline.ts";
import { SporeError } from "../base/errors.ts";
import { simulatedImage } from "../simulator/spore/simulated-image.ts";
import {
  type BenchPlane,
  convergedNodes,
  createGroup,
  pushImage,
  setFirmware,
  startPlane,
  until,
} from "./bench-plane.ts";
import { type NodeLoadOptions, startNodeLoad } from "./node-load.ts";
import type { BenchContext } from "./row.ts";

/** A fleet that a control plane keeps on one of two images, and that can be moved to the other one again and again. */
export interface Rollouts {
  /** Moves every node. @returns milliseconds from the write of the group until the outcome of the last upload was recorded. */
  next(): Promise<number>;
}

export interface RolloutsOptions {
  readonly imageBytes: number;
  /** Uploads at once. */
  readonly parallel: number;
  readonly udpPort: number;
  readonly fleet: Omit<NodeLoadOptions, "udpPort" | "labels">;
}

const versions = ["1.1.0", "1.2.0"] as const;
const rolloutTimeoutMs = 120_000;

/** Runs `use` with a control plane and a fleet that is on the first image already: all is warm. Stops both afterwards. */
export async function withRollouts<T>(
  options: RolloutsOptions,
  context: BenchContext,
  use: (rollouts: Rollouts) => Promise<T>,
): Promise<T> {
  const { imageBytes, parallel, udpPort, fleet } = options;
  const { tmpDir, signal } = context;
  const directory = join(tmpDir, "rollouts");
  await mkdir(directory, { recursive: true });
  const flags = ["--auto-adopt", "default", "--ota-parallel", `${parallel}`];
  await using plane = await startPlane(udpPort, join(directory, "data"), flags, context);
  const firmwares: string[] = [];
  for (const version of versions) {
    const image = simulatedImage({ name: "lab-sensor", version, sizeBytes: imageBytes });
    firmwares.push(await pushImage(plane, image, directory, context));
  }
  await using _load = await startNodeLoad({ ...fleet, udpPort, labels: { bench: "yes" } }, signal);
  const converged = () => until(async () => (await convergedNodes(plane, signal)) === fleet.count, context);
  await createGroup(plane, firmwares[0] ?? "", signal);
  await converged();
  return await use({
    async next() {
      firmwares.reverse();
      const tookMs = await rollOut(plane, firmwares[0] ?? "", fleet.count, context);
      await converged();
      return tookMs;
    },
  });
}

async function rollOut(plane: BenchPlane, firmware: string, count: number, context: BenchContext): Promise<number> {
  const { clock, signal } = context;
  using deadline = new Deadline(clock, signal, rolloutTimeoutMs, "the rollout");
  const { items, resourceVersion } = await plane.client.list(Node, {}, deadline.signal);
  const before = new Map(items.map(({ metadata, status }) => [metadata.name, status?.operation?.id]));
  const recorded = new Set<string>();
  const startMs = clock.monotonic();
  await setFirmware(plane, firmware, deadline.signal);
  for await (const event of plane.client.watch(Node, { resourceVersion }, deadline.signal)) {
    if (event.type === "BOOKMARK") continue;
    const { metadata, status } = event.object;
    if (hasOutcome(metadata.name, before.get(metadata.name), status?.operation)) recorded.add(metadata.name);
    if (recorded.size === count) return clock.monotonic() - startMs;
  }
  throw new SporeError("SPORE_UNAVAILABLE", `The watch ended after ${recorded.size} of ${count} outcomes.`);
}

/** @throws SporeError when the outcome is anything but that the device took the image: then the row measures something else. */
function hasOutcome(name: string, before: string | undefined, operation: NodeStatusOperation | undefined): boolean {
  if (operation === undefined || operation.id === before || operation.phase === "Transferring") return false;
  const { phase, message = "" } = operation;
  if (phase !== "Refused" && phase !== "Failed" && phase !== "Unknown") return true;
  throw new SporeError("SPORE_UNAVAILABLE", `The upload to ${name} ended as ${phase}: ${message}`);
}

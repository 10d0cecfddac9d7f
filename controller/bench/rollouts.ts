import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { sleep } from "../base/clock.ts";
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
  const images: Image[] = [];
  for (const version of versions) {
    const image = simulatedImage({ name: "lab-sensor", version, sizeBytes: imageBytes });
    images.push({ version, firmware: await pushImage(plane, image, directory, context) });
  }
  const next = () => {
    const [image] = images.reverse();
    if (!image) throw new SporeError("SPORE_INTERNAL", "There is no image to roll out.");
    return image;
  };
  await using _load = await startNodeLoad({ ...fleet, udpPort, labels: { bench: "yes" } }, signal);
  const converged = () => until(async () => (await convergedNodes(plane, signal)) === fleet.count, context);
  await createGroup(plane, next().firmware, signal);
  await converged();
  return await use({
    async next() {
      const tookMs = await rollOut(plane, next(), fleet.count, context);
      await converged();
      return tookMs;
    },
  });
}

/** Asks often enough to be right to some milliseconds, and seldom enough not to be what is measured; a watch of all nodes would be. */
const lookEveryMs = 10;
const notTaken = new Set(["Refused", "Failed", "Unknown"]);
const operationSample = /^spore_node_operations\{kind="InstallFirmware",version="([^"]*)",phase="([^"]*)"\} (\d+)$/gm;

interface Image {
  readonly version: string;
  /** The Firmware's name. */
  readonly firmware: string;
}

async function rollOut(
  plane: BenchPlane,
  { version, firmware }: Image,
  count: number,
  { clock, signal }: BenchContext,
): Promise<number> {
  using deadline = new Deadline(clock, signal, rolloutTimeoutMs, "the rollout");
  const startMs = clock.monotonic();
  await setFirmware(plane, firmware, deadline.signal);
  for (;;) {
    const recorded = await outcomesOf(plane, version, deadline.signal);
    if (recorded === count) return clock.monotonic() - startMs;
    await sleep(clock, lookEveryMs, deadline.signal);
  }
}

/**
 * How many nodes have the outcome of an install of `version` in their status.
 *
 * @throws SporeError when an outcome is anything but that the device took the image: then the row measures something else.
 */
async function outcomesOf({ spored }: BenchPlane, version: string, signal: AbortSignal): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${spored.healthPort}/metrics`, { signal });
  let recorded = 0;
  for (const [, of, phase = "", nodes] of (await answer.text()).matchAll(operationSample)) {
    if (of !== version || phase === "Transferring") continue;
    if (notTaken.has(phase)) throw new SporeError("SPORE_UNAVAILABLE", `${nodes} uploads ended as ${phase}.`);
    recorded += Number(nodes);
  }
  return recorded;
}

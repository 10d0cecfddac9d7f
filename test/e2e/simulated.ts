import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { NodeGroup, type NodeGroupSpec } from "../../controller/api/node-group.ts";
import { type Fleet, type FleetOptions, startFleet } from "../../controller/simulator/spore/fleet.ts";
import { type SimulatedImageOptions, simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { eventually } from "../reconcilers/control-plane.ts";
import { ownBase, ownUdpPort } from "../support/own-network.ts";
import { type Plane, startPlane } from "./plane.ts";

/** A control plane in its own process, and simulated nodes on real sockets that it hears. */
export interface Stage extends AsyncDisposable {
  readonly plane: Plane;
  readonly fleet: Fleet;
}

export const never = new AbortController().signal;

/** Starts both; groups with `adoption: Automatic` may adopt in `default`. */
export async function startStage(
  options: Partial<FleetOptions>,
  flags: readonly string[] = ["--auto-adopt", "default"],
): Promise<Stage> {
  const udpPort = await ownUdpPort();
  const fleet = await startFleet({ count: 1, base: await ownBase(), httpPort: 0, udpPort, ...options });
  try {
    const plane = await startPlane({ udpPort, flags });
    return {
      plane,
      fleet,
      async [Symbol.asyncDispose]() {
        await plane[Symbol.asyncDispose]();
        await fleet.stop();
      },
    };
  } catch (error) {
    await fleet.stop();
    throw error;
  }
}

/** Pushes an image with the command line, as the Firmware `NAME-VERSION`. */
export async function push(plane: Plane, image: SimulatedImageOptions): Promise<string> {
  return pushFile(plane, image, simulatedImage(image));
}

/** The same for bytes that do not say who they are. */
export async function pushFile(
  plane: Plane,
  { name, version }: { readonly name: string; readonly version: string },
  bytes: Uint8Array,
): Promise<string> {
  const path = join(plane.dataDir, `${name}-${version}.bin`);
  await writeFile(path, bytes);
  const firmware = `${name}-${version}`;
  const pushed = await plane.sporectl(["firmware", "push", path, "--name", firmware, "--version", version]);
  expect(pushed).toMatchObject({ code: 0, stderr: "" });
  return firmware;
}

/** A group of all SPORE nodes that runs `firmware`, or changes to it. */
export async function wantFirmware(
  plane: Plane,
  firmware: string,
  change: Partial<NodeGroupSpec> = {},
  name = "lab",
): Promise<void> {
  const spec = {
    selector: { matchLabels: { "spore.dev/family": "spore" } },
    adoption: "Automatic",
    minReadySeconds: 0,
    strategy: { maxUnavailable: 1 },
    template: { firmware: { name: firmware } },
    ...change,
  };
  const manifest = { apiVersion: "spore.dev/v1alpha1", kind: NodeGroup.kind, metadata: { name }, spec };
  const applied = await plane.sporectl(["apply", "-f", "-"], JSON.stringify(manifest));
  expect(applied).toMatchObject({ code: 0 });
}

/** Once the group has all nodes, what a person asks: `sporectl wait --for=condition=Ready nodegroup/lab`. */
export async function converged({ plane, fleet }: Stage, seconds = 45): Promise<void> {
  await groupConverged(plane, "lab", fleet.nodes.length, seconds);
}

/** The same of any group that should have `nodes` nodes. */
export async function groupConverged(plane: Plane, name: string, nodes: number, seconds: number): Promise<void> {
  await eventually(plane.client, NodeGroup, name, (group) => group?.status?.nodes === nodes, seconds * 1000);
  const waited = await plane.sporectl([
    "wait",
    "--for=condition=Ready",
    `nodegroup/${name}`,
    "--timeout",
    `${seconds}s`,
  ]);
  if (waited.code === 0) return;
  const described = await plane.sporectl(["get", "nodes"]);
  throw new Error(`not converged: ${waited.stderr}\n${described.stdout}\n${plane.log.slice(-20).join("\n")}`);
}

import { startFleet } from "../simulator/spore/fleet.ts";
import { physicsPresets } from "../simulator/spore/physics.ts";
import type { NodeLoadMessage, NodeLoadOptions } from "./node-load.ts";

/** The process of `node-load.ts`. Ends when its parent does, or tells it to. */
async function main(): Promise<void> {
  const {
    physics = "instant",
    transferBytesPerSecond,
    ...options
  }: NodeLoadOptions = JSON.parse(process.argv[2] ?? "{}");
  const preset = physicsPresets[physics];
  const paced = { ...preset, transferBytesPerSecond: transferBytesPerSecond ?? preset.transferBytesPerSecond };
  const fleet = await startFleet({ ...options, physics: paced });
  process.once("message", () => {
    fleet.stop().then(() => {
      say({ kind: "stopped", traffic: fleet.traffic });
      process.disconnect();
    }, fail);
  });
  process.once("disconnect", () => process.exit());
  say({ kind: "running", udpPort: fleet.udpPort });
}

function say(message: NodeLoadMessage): void {
  process.send?.(message);
}

function fail(error: unknown): void {
  say({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  process.disconnect();
}

main().catch(fail);

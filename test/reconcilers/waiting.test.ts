import { describe, expect, it } from "vitest";
import { Node } from "../../controller/api/node.ts";
import { physicsPresets } from "../../controller/simulator/spore/physics.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { bootFleet } from "../support/spore-fleet.ts";
import { eventually, pushFirmware, startCluster, startControl, stateOf } from "./control-plane.ts";
import { changeGroup, createGroup, fastClock, isReady, nodeName } from "./lab.ts";

const bytesPerMs = 10;

/** Two boards and one place for uploads: one board takes its image for so long, the other waits for its turn. */
async function startQueue(transferMs: number) {
  const image = simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: transferMs * bytesPerMs });
  const physics = { ...physicsPresets.instant, transferBytesPerSecond: bytesPerMs * 1000 };
  const fleet = await bootFleet({ count: 2, clock: fastClock, physics });
  const cluster = await startCluster(fastClock);
  const control = await startControl(cluster, { fleet, autoAdopt: ["default"], otaParallel: 1 });
  await pushFirmware(cluster, "v110", "1.1.0", image);
  await createGroup(cluster, { strategy: { maxUnavailable: 2 } });
  const waits = (name: string) => control.executor.status({ name })?.kind === "waiting";
  await expect.poll(() => fleet.nodes.map(nodeName).some(waits), { timeout: 20_000 }).toBe(true);
  const late = fleet.nodes.find((board) => waits(nodeName(board)));
  return { fleet, cluster, control, late, waits };
}

describe("a board whose upload waits for its turn", () => {
  it("says so after a second, and is spared that write when its turn comes earlier", async () => {
    const { cluster, late, waits } = await startQueue(20_000);
    const queuedAtMs = cluster.clock.monotonic();
    const differs = (node: Node | undefined) => stateOf(node, "FirmwareCurrent") === "False Different";
    await eventually(cluster.client, Node, nodeName(late), differs);
    expect(waits(nodeName(late))).toBe(true);
    expect(cluster.clock.monotonic() - queuedAtMs).toBeGreaterThan(500);
  }, 60_000);

  it("and restarts has its new boot noted in the operation", async () => {
    const { cluster, control, late, waits } = await startQueue(10_000);
    const before = late?.state.bootId;
    late?.powerCut();
    late?.powerOn();
    const heard = () => control.sightings.named(late?.board.hostname ?? "")[0]?.bootId;
    await expect.poll(() => heard() !== before && heard() === late?.state.bootId, { timeout: 20_000 }).toBe(true);
    expect(waits(nodeName(late))).toBe(true);
    const begun = (node: Node | undefined) => node?.status?.operation?.phase === "Transferring";
    const node = await eventually(cluster.client, Node, nodeName(late), begun);
    expect(node?.status?.operation?.bootId).toBe(heard());
    expect(node?.status?.operation?.bootId).not.toBe(before);
    expect(node?.status?.bootId).toBe(heard());
  }, 60_000);

  it("is sent nothing when its group is paused meanwhile, until that goes on", async () => {
    const { fleet, cluster, control, late } = await startQueue(10_000);
    await changeGroup(cluster, { paused: true });
    const other = fleet.nodes.find((board) => board !== late);
    const accepted = () => other?.uploads.map(({ outcome }) => outcome);
    await expect.poll(accepted, { timeout: 20_000 }).toEqual(["accepted"]); // what was begun goes on
    // Its turn has come, and it did not take it.
    await expect.poll(() => control.executor.status({ name: nodeName(late) }), { timeout: 20_000 }).toBeUndefined();
    expect(late?.uploads).toEqual([]);
    await changeGroup(cluster, { paused: false });
    await eventually(cluster.client, Node, nodeName(late), isReady, 60_000);
    expect(late?.uploads.map(({ outcome }) => outcome)).toEqual(["accepted"]);
  }, 120_000);

  it("and falls silent is not Ready within 15 s, leaves the queue, and is installed when it is back", async () => {
    const { fleet, cluster, control, late, waits } = await startQueue(40_000);
    const name = nodeName(late);
    const cutAtMs = cluster.clock.monotonic();
    late?.powerCut();
    await eventually(cluster.client, Node, name, (node) => stateOf(node, "Ready") === "False Unreachable");
    expect(cluster.clock.monotonic() - cutAtMs).toBeLessThan(15_000);
    const other = fleet.nodes.find((board) => board !== late);
    expect(control.executor.status({ name: nodeName(other) })?.kind).toBe("running");
    await expect.poll(() => waits(name), { timeout: 20_000 }).toBe(false);
    late?.powerOn();
    await eventually(cluster.client, Node, name, isReady, 60_000);
    expect(late?.uploads.map(({ outcome }) => outcome)).toEqual(["accepted"]);
  }, 120_000);
});

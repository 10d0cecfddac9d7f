import { describe, expect, it } from "vitest";
import { systemClock } from "../../../controller/base/clock.ts";
import { silentLogger } from "../../../controller/base/log.ts";
import { Sightings } from "../../../controller/drivers/sightings.ts";
import { SporeDriver } from "../../../controller/drivers/spore/spore.ts";
import { type Fleet, startFleet } from "../../../controller/simulator/spore/fleet.ts";
import type { ProfileName } from "../../../controller/simulator/spore/profiles.ts";

const never = new AbortController().signal;

/** A driver that listens where `fleet` speaks, and the table it fills. */
function listen(fleet: Fleet, bind: string, seeds: readonly { address: string; port: number }[] = []) {
  const sightings = new Sightings(systemClock);
  const stop = new AbortController();
  const discovery = { bind, broadcast: fleet.broadcast, port: fleet.udpPort };
  const driver = new SporeDriver({ clock: systemClock, log: silentLogger, discovery, seeds });
  const done = driver.discover(sightings.heard, stop.signal);
  return {
    driver,
    sightings,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
      sightings.stop();
    },
  };
}

describe("SporeDriver.discover", () => {
  it.each<[ProfileName, string]>([
    ["spore", "127.63.1"],
    ["upstream-g1", "127.63.2"],
    ["upstream-g2", "127.63.3"],
    ["upstream-g3", "127.63.4"],
  ])("finds nodes of profile %s", { timeout: 30_000 }, async (profile, net) => {
    await using fleet = await startFleet({ count: 3, profile, base: `${net}.1`, httpPort: 0, udpPort: 0 });
    await using listening = listen(fleet, `${net}.200`);
    const { sightings } = listening;
    await expect.poll(() => sightings.size, { timeout: 15_000 }).toBe(3);
    for (const { board } of fleet.nodes)
      expect(sightings.at(board.address)).toMatchObject({ hostname: board.hostname, phase: "Active" });
  });

  it("finds a node that no datagram comes from by asking it, and takes an answer for a sign of life", async () => {
    await using fleet = await startFleet({ count: 1, base: "127.63.5.1", httpPort: 0, udpPort: 0 });
    const [node] = fleet.nodes;
    if (!node) throw new RangeError("a fleet of one has a node");
    node.setFault("mute");
    const seed = { address: node.board.address, port: node.httpPort };
    await using listening = listen(fleet, "127.63.5.200", [seed]);
    await expect.poll(() => listening.sightings.at(seed.address)?.chipId).toBe(node.board.chipId);
    const before = listening.sightings.at(seed.address)?.heardAtMs ?? 0;
    await listening.driver.observe(seed, never);
    expect(listening.sightings.at(seed.address)?.heardAtMs).toBeGreaterThan(before);
    expect(listening.sightings.at(seed.address)?.port).toBe(node.httpPort);
  });
});

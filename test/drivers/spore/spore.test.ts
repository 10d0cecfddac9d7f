import { systemClock } from "../../../controller/base/clock.ts";
import { silentLogger } from "../../../controller/base/log.ts";
import { SporeDriver } from "../../../controller/drivers/spore/spore.ts";
import { startFleet } from "../../../controller/simulator/spore/fleet.ts";
import type { ProfileName } from "../../../controller/simulator/spore/profiles.ts";
import { simulatedImage } from "../../../controller/simulator/spore/simulated-image.ts";
import type { DriverHarness, TestDevice } from "../../contract/driver/stage.ts";
import { driverContract } from "../../contract/driver.ts";

const nextProgram = {
  version: "1.1.0",
  image: simulatedImage({ name: "lab-sensor", version: "1.1.0", sizeBytes: 40_000 }),
};

let booted = 0;

/** Each device has an address of its own: a connection that lingers from one test never reaches the next. */
async function boot(profile: ProfileName): Promise<TestDevice> {
  const number = booted++;
  const fleet = await startFleet({
    count: 1,
    profile,
    base: `127.61.${number >> 8}.${number & 255}`,
    httpPort: 0,
    udpPort: 0,
    clock: systemClock,
    config: { restart_delay_ms: 0 },
  });
  const [node] = fleet.nodes;
  if (!node) throw new RangeError("a fleet of one has a node");
  const { address, hostname, chipId } = node.board;
  return {
    address,
    port: node.httpPort,
    identity: { hostname, chipId },
    nextProgram,
    powerCut: async () => node.powerCut(),
    [Symbol.asyncDispose]: () => fleet.stop(),
  };
}

function harness(profile: ProfileName, more: Partial<DriverHarness> = {}): DriverHarness {
  return {
    driver: (clock) =>
      new SporeDriver({
        clock,
        log: silentLogger,
        discovery: { bind: "127.0.0.1", broadcast: "127.255.255.255", port: 4210 },
        seeds: [],
      }),
    boot: () => boot(profile),
    can: new Set(["Ota", "Restart", "Call"]),
    tells: false,
    configKey: ["telemetry_interval_ms", 7000],
    call: { kind: "Call", method: "GET", uri: "/api/tasks/status", parameters: {} },
    ...more,
  };
}

driverContract(
  "simulated nodes of our firmware",
  harness("spore", { tells: true, can: new Set(["Ota", "Restart", "Config", "Labels", "Call"]) }),
);
driverContract("simulated upstream nodes of generation 1", harness("upstream-g1"));
driverContract("simulated upstream nodes of generation 2", harness("upstream-g2"));
driverContract("simulated upstream nodes of generation 3", harness("upstream-g3"));

import { readFile } from "node:fs/promises";
import { it } from "vitest";
import { silentLogger } from "../../../controller/base/log.ts";
import { SporeDriver } from "../../../controller/drivers/spore/spore.ts";
import type { DriverHarness, TestDevice } from "../../contract/driver/stage.ts";
import { driverContract } from "../../contract/driver.ts";
import { board, imageOf } from "../../firmware/board.ts";
import { hasTool } from "../../support/machine-tools.ts";

/** A process that runs our C++ firmware. */
async function boot(): Promise<TestDevice> {
  // Its address is its own, so the port is free, and stays the same when it restarts.
  const node = await board({ config: { restart_delay_ms: 0 }, httpPort: 8080 });
  return {
    address: node.address,
    port: node.port,
    identity: { hostname: node.hostname, chipId: Number.parseInt(node.hostname.slice(4), 16) },
    nextProgram: { version: "1.1.0", image: await readFile((await imageOf("1.1.0")).path) },
    powerCut: () => node.powerCut(),
    [Symbol.asyncDispose]: () => node.powerCut(),
  };
}

const harness: DriverHarness = {
  driver: (clock) =>
    new SporeDriver({
      clock,
      log: silentLogger,
      discovery: { bind: "127.0.0.1", broadcast: "127.255.255.255", port: 4210 },
      seeds: [],
    }),
  boot,
  can: new Set(["Ota", "Restart", "Config", "Labels", "Call"]),
  tells: true,
  configKey: ["telemetry_interval_ms", 7000],
  call: { kind: "Call", method: "GET", uri: "/api/tasks/status", parameters: {} },
};

const name = "processes that run our firmware";
if (hasTool("compiler")) driverContract(name, harness);
else it.skip(`${name}: there is no C++ compiler on this machine`);

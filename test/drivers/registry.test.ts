import { expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { abortOf } from "../../controller/base/deadline.ts";
import { silentLogger } from "../../controller/base/log.ts";
import type { Driver } from "../../controller/drivers/driver.ts";
import { families } from "../../controller/drivers/families.ts";
import { Drivers } from "../../controller/drivers/registry.ts";

const discovery = { bind: "127.0.0.1", broadcast: "127.255.255.255", port: 4210 };
const [spore] = families({ spore: { clock: systemClock, log: silentLogger, discovery, seeds: [] } });
if (!spore) throw new RangeError("there is a family");

it("Drivers finds the driver of a family, and says which there are", () => {
  const drivers = new Drivers([spore]);
  expect(drivers.of("spore")).toBe(spore);
  expect(() => drivers.of("zigbee")).toThrow(
    expect.objectContaining({ code: "SPORE_INVALID", message: expect.stringContaining("spore") }),
  );
});

it("Drivers ends all discovery when one driver cannot listen, and says why", async () => {
  let ended = false;
  const patient: Driver = {
    ...spore,
    family: "spore",
    capabilities: spore.capabilities,
    discover: async (_sink, signal) => {
      await abortOf(signal);
      ended = true;
    },
    observe: () => Promise.reject(new RangeError("not asked")),
    perform: () => Promise.reject(new RangeError("not asked")),
  };
  const deaf: Driver = { ...patient, discover: () => Promise.reject(new RangeError("deaf")) };
  const byFamily = Object.assign(deaf, { family: "deaf" });
  await expect(new Drivers([patient, byFamily]).discover(() => {}, new AbortController().signal)).rejects.toThrow(
    "deaf",
  );
  expect(ended).toBe(true);
});

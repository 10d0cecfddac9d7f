import { describe, expect, it } from "vitest";
import type { LiveDevice } from "../../../controller/drivers/live-device.ts";
import { reachabilityOf } from "../../../controller/reconcilers/node/locate.ts";
import { neverLooked } from "../../../controller/reconcilers/node/look-schedule.ts";

const target = { address: "127.0.0.2", port: 80 };
const active: LiveDevice = {
  key: "k",
  family: "spore",
  hostname: "esp-a1b2c3",
  phase: "Active",
  revision: 1,
  heardAtMs: 0,
  address: target.address,
};
const quiet: LiveDevice = { ...active, phase: "Inactive" };
const displaced: LiveDevice = { ...quiet, address: undefined };
const answered = { ...neverLooked, seenAtMs: 1_000, triedAtMs: 1_000 };

describe("reachabilityOf", () => {
  it.each([
    ["was neither heard nor asked", { target }, neverLooked, "unknown"],
    ["is heard, and was not asked", { device: active, target }, neverLooked, "heard"],
    ["is heard, and answered", { device: active, target }, answered, "answered"],
    ["is heard, and missed two looks", { device: active, target }, { ...answered, failures: 2 }, "answered"],
    ["is heard, and missed three looks", { device: active, target }, { ...answered, failures: 3 }, "mute"],
    ["is not heard, and answered the last look", { device: quiet, target }, answered, "answered"],
    ["is not heard, and missed the last look", { device: quiet, target }, { ...answered, failures: 1 }, "silent"],
    ["answered, where another device is now", { device: displaced }, answered, "silent"],
  ] as const)("of a device that %s", (_, where, look, expected) => {
    expect(reachabilityOf(where, look)).toBe(expected);
  });
});

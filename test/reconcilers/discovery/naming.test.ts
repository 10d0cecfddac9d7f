import { describe, expect, it } from "vitest";
import type { LiveDevice } from "../../../controller/drivers/live-device.ts";
import { candidateNames, isNodeOf, nameForNew } from "../../../controller/reconcilers/discovery/naming.ts";
import { nodeOf } from "../objects.ts";

const device: LiveDevice = {
  key: "k",
  family: "spore",
  hostname: "esp_A1B2C3",
  chipId: 0xa1b2c3,
  phase: "Active",
  revision: 1,
  heardAtMs: 0,
  address: "127.0.0.2",
};

describe("candidateNames", () => {
  it.each([
    ["esp_A1B2C3", 0xa1b2c3, ["esp-a1b2c3", "esp-a1b2c3-a1b2c3"]],
    ["esp_A1B2C3", undefined, ["esp-a1b2c3"]],
    ["___", 1, []],
  ])("of %s with chip %s", (hostname, chipId, names) => {
    expect(candidateNames({ hostname, ...(chipId !== undefined && { chipId }) })).toEqual(names);
  });
});

describe("nameForNew", () => {
  it("is the plain one, then the one with the chip id, then none", () => {
    const taken = new Set<string>();
    const name = () => nameForNew(device, (one) => taken.has(one));
    expect(name()).toBe("esp-a1b2c3");
    taken.add("esp-a1b2c3");
    expect(name()).toBe("esp-a1b2c3-a1b2c3");
    taken.add("esp-a1b2c3-a1b2c3");
    expect(name()).toBeUndefined();
  });
});

describe("isNodeOf", () => {
  it.each([
    ["the same hostname and chip", { hostname: "esp_A1B2C3", chipId: 0xa1b2c3 }, true],
    ["the same hostname, the chip not known", { hostname: "esp_A1B2C3" }, true],
    ["the same hostname on another chip", { hostname: "esp_A1B2C3", chipId: 1 }, false],
    ["another hostname", { hostname: "esp_000001", chipId: 0xa1b2c3 }, false],
  ])("judges by identity: %s", (_case, known, same) => {
    expect(isNodeOf(nodeOf("n"), known, device)).toBe(same);
  });

  it("takes a Node that nobody identified for the device at the address it pins", () => {
    const pinned = (address: string) => nodeOf("kitchen", { spec: { address } });
    expect(isNodeOf(pinned("127.0.0.2:8080"), {}, device)).toBe(true);
    expect(isNodeOf(pinned("127.0.0.3"), {}, device)).toBe(false);
    expect(isNodeOf(nodeOf("n"), {}, device)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import type { WireFault } from "../../support/fault-proxy.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type DriverHarness, never, setUp, stranger } from "./stage.ts";

export function observing(harness: DriverHarness): void {
  describe("observe", () => {
    it("says who is there", async () => {
      await using stage = await setUp(harness);
      const observed = await stage.driver.observe(stage.target, never);
      expect(observed.identity).toEqual(stage.device.identity);
      expect(observed.firmware?.md5 === undefined).toBe(!harness.tells);
      expect(observed.uptimeMs).toBeGreaterThanOrEqual(0);
      const lacking = [...stage.driver.capabilities].filter((capability) => !harness.can.has(capability));
      expect(observed.lacks ?? []).toEqual(lacking);
      expect(observed.config?.kind).toBe(harness.can.has("Config") ? "values" : "notSupported");
    });

    it("writes nothing", async () => {
      await using stage = await setUp(harness);
      await stage.driver.observe(stage.target, never);
      expect(stage.proxy.requests.filter(({ name }) => !name.startsWith("GET "))).toEqual([]);
    });

    it("needs no identity", async () => {
      await using stage = await setUp(harness);
      const { identity: _, ...target } = stage.target;
      expect((await stage.driver.observe(target, never)).identity).toEqual(stage.device.identity);
    });

    it.each<[string, WireFault, string]>([
      ["answers half a JSON text", { kind: "halfBody" }, "SPORE_DEVICE_PROTOCOL"],
      ["breaks off its answer", { kind: "halfAnswer" }, "SPORE_DEVICE_PROTOCOL"],
      ["resets the connection", { kind: "loseAnswer" }, "SPORE_DEVICE_UNREACHABLE"],
    ])("tells when the device %s", async (_, does, code) => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: /status/, does };
      await expect(stage.driver.observe(stage.target, never)).rejects.toThrow(expect.objectContaining({ code }));
    });

    it("tells when nobody answers in time", async () => {
      const clock = new ManualClock();
      await using stage = await setUp(harness, clock);
      stage.proxy.fault = { on: /status/, does: { kind: "silent" } };
      const observed = expect(stage.driver.observe(stage.target, never)).rejects.toThrow(
        expect.objectContaining({ code: "SPORE_DEVICE_UNREACHABLE" }),
      );
      await expect.poll(() => stage.proxy.requests[0]?.whole).toBe(true);
      await expect.poll(() => clock.timers).toBe(3); // of the stage, the request and the whole look
      await clock.advance(60_000);
      await observed;
    });

    it("tells when nobody is there", async () => {
      await using stage = await setUp(harness);
      await stage.proxy[Symbol.asyncDispose]();
      const free = { ...stage.target, port: 1 };
      await expect(stage.driver.observe(free, never)).rejects.toThrow(
        expect.objectContaining({ code: "SPORE_DEVICE_UNREACHABLE" }),
      );
    });

    it("refuses an answer from somebody else", async () => {
      await using stage = await setUp(harness);
      const target = { ...stage.target, identity: stranger };
      await expect(stage.driver.observe(target, never)).rejects.toThrow(
        expect.objectContaining({ code: "SPORE_DEVICE_PROTOCOL" }),
      );
    });

    it("ends when it is told to", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: /status/, does: { kind: "silent" } };
      const stop = new AbortController();
      const observed = stage.driver.observe(stage.target, stop.signal);
      await expect.poll(() => stage.proxy.requests.length).toBe(1);
      stop.abort(new RangeError("told to"));
      await expect(observed).rejects.toThrow("told to");
    });
  });
}

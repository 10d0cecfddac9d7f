import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NodeMemories } from "../../../controller/reconcilers/node/memory.ts";
import { hasBootedSince, isSameBoot } from "../../../controller/reconcilers/node/same-boot.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { nodeOf } from "../objects.ts";

const bootMs = Date.parse("2026-01-01T00:00:00Z");
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe("isSameBoot", () => {
  it("forgives what a network and a crystal add", () => {
    expect(isSameBoot(bootMs, bootMs + 4_000, bootMs + 60_000)).toBe(true);
    const age = fc.integer({ min: 0, max: 60 * dayMs });
    const partsPerMillion = fc.integer({ min: -50, max: 50 });
    const holds = (ageMs: number, ppm: number) => isSameBoot(bootMs, bootMs + (ageMs * ppm) / 1e6, bootMs + ageMs);
    fc.assert(fc.property(age, partsPerMillion, holds));
  });

  it("sees a restart a minute after the boot, and one after a month", () => {
    expect(isSameBoot(bootMs, bootMs + 60_000, bootMs + 61_000)).toBe(false);
    expect(isSameBoot(bootMs, bootMs + 30 * dayMs, bootMs + 30 * dayMs + 1_000)).toBe(false);
  });

  it("takes a counter of 32 bits that began again for what it is", () => {
    expect(isSameBoot(bootMs, bootMs + 2 ** 32, bootMs + 50 * dayMs)).toBe(true);
    expect(isSameBoot(bootMs, bootMs + 2 ** 32 + hourMs, bootMs + 50 * dayMs)).toBe(false);
  });
});

describe("hasBootedSince", () => {
  const observed = (uptimeMs?: number) => ({
    identity: { hostname: "esp_1" },
    ...(uptimeMs !== undefined && { uptimeMs }),
  });
  const known = nodeOf("n", { status: { bootedAt: "2026-01-01T00:00:00Z" } });
  const clockAt = (wallMs: number) => new ManualClock(wallMs);
  const fresh = () => new NodeMemories().of("n", "uid");

  it("says nothing about a device that does not tell its uptime, or was never seen", () => {
    expect(hasBootedSince(known, fresh(), observed(), clockAt(bootMs + hourMs))).toBe(false);
    expect(hasBootedSince(nodeOf("n"), fresh(), observed(1), clockAt(bootMs + hourMs))).toBe(false);
  });

  it("sees over a restart of the controller that the device restarted", () => {
    expect(hasBootedSince(known, fresh(), observed(hourMs), clockAt(bootMs + hourMs))).toBe(false);
    expect(hasBootedSince(known, fresh(), observed(60_000), clockAt(bootMs + hourMs))).toBe(true);
  });

  it("takes a boot before the known one for a clock that was set back", () => {
    expect(hasBootedSince(known, fresh(), observed(dayMs), clockAt(bootMs + hourMs))).toBe(false);
  });

  it("goes by the monotonic clock within one process, so that setting this machine's clock is no restart", async () => {
    const clock = clockAt(bootMs + dayMs);
    const memory = fresh();
    memory.observation = observed(10_000);
    memory.look = { ...memory.look, seenAtMs: clock.monotonic() };
    await clock.advance(60_000);
    expect(hasBootedSince(known, memory, observed(70_000), clock)).toBe(false);
    expect(hasBootedSince(known, memory, observed(20_000), clock)).toBe(true);
  });
});

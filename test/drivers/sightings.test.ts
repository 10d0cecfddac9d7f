import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Sighting } from "../../controller/drivers/driver.ts";
import { Sightings } from "../../controller/drivers/sightings.ts";
import { ManualClock } from "../support/manual-clock.ts";

let clock: ManualClock;
let table: Sightings;
let told: string[];

beforeEach(() => {
  clock = new ManualClock();
  table = new Sightings(clock);
  told = [];
  table.onChange(({ kind, device }) => told.push(`${kind} ${device.key} ${device.phase}`));
});

function hear(hostname: string | undefined, address: string, more: Partial<Sighting> = {}): void {
  table.heard({ family: "spore", address, ...(hostname !== undefined && { hostname }), ...more });
}

function phaseAt(silentMs: number): string {
  if (silentMs < 10_000) return "Active";
  return silentMs <= 60_000 ? "Inactive" : "Dead";
}

describe("Sightings", () => {
  it("tells that a device appeared once, however often it is heard", () => {
    for (let n = 0; n < 3; n++) hear("esp_A", "10.0.0.1");
    expect(told).toEqual(["appeared spore/esp_A Active"]);
    expect(table.get("spore/esp_A")).toMatchObject({ hostname: "esp_A", address: "10.0.0.1", phase: "Active" });
  });

  it("ages a silent device at exactly 10, 60 and 300 seconds", async () => {
    hear("esp_A", "10.0.0.1");
    const seen: (string | undefined)[] = [];
    const at = async (ms: number) => {
      await clock.advance(ms - clock.monotonic());
      seen.push(table.get("spore/esp_A")?.phase);
    };
    for (const ms of [9_999, 10_000, 60_000, 60_001, 299_999, 300_000]) await at(ms);
    expect(seen).toEqual(["Active", "Inactive", "Inactive", "Dead", "Dead", undefined]);
    expect(table.at("10.0.0.1")).toBeUndefined();
    expect(clock.timers).toBe(0);
  });

  it("keeps a device that talks active, and the others ageing, with one timer", async () => {
    hear("esp_A", "10.0.0.1");
    hear("esp_B", "10.0.0.2");
    for (let second = 0; second < 30; second++) {
      await clock.advance(1000);
      hear("esp_A", "10.0.0.1");
      expect(clock.timers).toBe(1);
    }
    expect(table.get("spore/esp_A")?.phase).toBe("Active");
    expect(table.get("spore/esp_B")?.phase).toBe("Inactive");
    expect(told.filter((line) => line.startsWith("phase"))).toEqual(["phase spore/esp_B Inactive"]);
  });

  it("ages a device that came back while all others are dead", async () => {
    hear("esp_A", "10.0.0.1");
    await clock.advance(70_000);
    hear("esp_A", "10.0.0.1");
    await clock.advance(10_000);
    expect(table.get("spore/esp_A")?.phase).toBe("Inactive");
  });

  it("tells that a device came back", async () => {
    hear("esp_A", "10.0.0.1");
    await clock.advance(70_000);
    hear("esp_A", "10.0.0.1");
    expect(told.at(-1)).toBe("phase spore/esp_A Active");
  });

  it("follows a device to another address", () => {
    hear("esp_A", "10.0.0.1", { chipId: 0xa });
    hear("esp_A", "10.0.0.9");
    expect(told.at(-1)).toBe("moved spore/esp_A Active");
    expect(table.at("10.0.0.1")).toBeUndefined();
    expect(table.at("10.0.0.9")?.chipId).toBe(0xa);
  });

  it("does not take another device on a known address for the known one", () => {
    hear("esp_A", "10.0.0.1", { chipId: 0xa });
    hear("esp_B", "10.0.0.1", { chipId: 0xb });
    expect(told).toEqual([
      "appeared spore/esp_A Active",
      "displaced spore/esp_A Active",
      "appeared spore/esp_B Active",
    ]);
    expect(table.get("spore/esp_A")?.address).toBeUndefined();
    expect(table.at("10.0.0.1")?.hostname).toBe("esp_B");
  });

  it("tells of a displaced device that is heard where it was", () => {
    hear("esp_A", "10.0.0.1", { chipId: 0xa });
    hear("esp_B", "10.0.0.1", { chipId: 0xb });
    told.length = 0;
    hear("esp_A", "10.0.0.1");
    expect(told).toContain("moved spore/esp_A Active");
  });

  it("tells two devices of one name apart by their chips, and each keeps its address", () => {
    hear("esp_A", "10.0.0.1", { chipId: 0xa });
    hear("esp_A", "10.0.0.2", { chipId: 0xb });
    for (let n = 0; n < 3; n++) {
      hear("esp_A", "10.0.0.1");
      hear("esp_A", "10.0.0.2");
    }
    expect(table.named("esp_A").map(({ key, address }) => [key, address])).toEqual([
      ["spore/esp_A", "10.0.0.1"],
      ["spore/esp_A#b", "10.0.0.2"],
    ]);
    expect(told.filter((line) => line.startsWith("moved"))).toEqual([]);
  });

  it("takes another chip under the same name and address for another device", () => {
    hear("esp_A", "10.0.0.1", { chipId: 0xa });
    hear("esp_A", "10.0.0.1", { chipId: 0xb });
    expect(table.at("10.0.0.1")?.key).toBe("spore/esp_A#b");
    expect(told).toContain("displaced spore/esp_A Active");
  });

  it("lets a message without a name keep a known address alive, and name nobody", async () => {
    hear(undefined, "10.0.0.1");
    expect(table.size).toBe(0);
    expect(table.dropped).toBe(1);
    hear("esp_A", "10.0.0.1");
    await clock.advance(9_000);
    hear(undefined, "10.0.0.1");
    await clock.advance(9_000);
    expect(table.get("spore/esp_A")?.phase).toBe("Active");
  });

  it.each<[string, Partial<Sighting>]>([
    ["a label's value", { labels: { app: "b" } }],
    ["a label's name", { labels: { application: "a" } }],
    ["labels, one more", { labels: { app: "a", constructor: "c" } }],
    ["labels, one less", { labels: {} }],
    ["the boot number", { bootId: 2 }],
    ["the version", { version: "2" }],
    ["the state", { state: "ota" }],
    ["the configuration", { configHash: "beef" }],
    ["the port", { port: 81 }],
    ["an uptime that fell", { uptimeSeconds: 3 }],
  ])("tells a change of %s once", (_, change) => {
    const before = {
      labels: { app: "a" },
      bootId: 1,
      version: "1",
      state: "ok",
      configHash: "cafe",
      port: 80,
      uptimeSeconds: 9,
    };
    hear("esp_A", "10.0.0.1", before);
    told.length = 0;
    hear("esp_A", "10.0.0.1", { ...before, ...change });
    hear("esp_A", "10.0.0.1", { ...before, ...change });
    expect(told).toEqual(["changed spore/esp_A Active"]);
  });

  it("tells nothing about figures that always move, and keeps them", () => {
    hear("esp_A", "10.0.0.1", { uptimeSeconds: 1, freeHeapBytes: 30_000 });
    told.length = 0;
    hear("esp_A", "10.0.0.1", { uptimeSeconds: 6, freeHeapBytes: 29_000, rssiDbm: -61 });
    expect(told).toEqual([]);
    expect(table.get("spore/esp_A")).toMatchObject({ uptimeSeconds: 6, freeHeapBytes: 29_000, rssiDbm: -61 });
  });

  it("forgets received bytes when the update is over", () => {
    hear("esp_A", "10.0.0.1", { state: "ota", receivedBytes: 4096 });
    hear("esp_A", "10.0.0.1");
    expect(table.get("spore/esp_A")?.receivedBytes).toBe(4096);
    hear("esp_A", "10.0.0.1", { state: "ok" });
    expect(table.get("spore/esp_A")?.receivedBytes).toBeUndefined();
  });

  it("is bounded: forged names never push out what is being heard", async () => {
    hear("esp_silent", "10.0.0.2");
    await clock.advance(11_000);
    hear("esp_A", "10.0.0.1");
    for (let n = 0; n < 70_000; n++) hear(`forged${n}`, `11.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    expect(table.size).toBe(65_536);
    expect(table.get("spore/esp_A")?.phase).toBe("Active");
    expect(table.get("spore/esp_silent")).toBeUndefined();
    expect(table.dropped).toBeGreaterThan(0);
  });

  it("keeps few entries of one name, however many chips claim it", async () => {
    hear("esp_A", "10.0.0.1", { chipId: 1 });
    for (let n = 2; n < 1000; n++) hear("esp_A", `11.0.${n >> 8}.${n & 255}`, { chipId: n });
    expect(table.named("esp_A")).toHaveLength(16);
    expect(table.size).toBe(16);
    expect(table.at("10.0.0.1")).toMatchObject({ chipId: 1, phase: "Active" });
    expect(table.dropped).toBe(999 - 16);
    await clock.advance(11_000);
    hear("esp_A", "10.0.0.1", { chipId: 1 });
    hear("esp_A", "10.0.0.9", { chipId: 5000 });
    expect(table.named("esp_A")).toHaveLength(16);
    expect(table.at("10.0.0.9")).toMatchObject({ chipId: 5000 });
    expect(table.at("11.0.0.2")).toBeUndefined();
  });

  it("keeps its indexes true whatever is heard", async () => {
    const heard = fc.record({
      name: fc.constantFrom("a", "b", "c", undefined),
      address: fc.integer({ min: 1, max: 4 }),
      chipId: fc.constantFrom(undefined, 1, 2),
      pauseMs: fc.constantFrom(0, 0, 5_000, 70_000, 400_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(heard, { maxLength: 40 }), async (sequence) => {
        clock = new ManualClock();
        table = new Sightings(clock);
        for (const { name, address, chipId, pauseMs } of sequence) {
          await clock.advance(pauseMs);
          hear(name, `10.0.0.${address}`, chipId === undefined ? {} : { chipId });
          const devices = [...table.all()];
          for (const { phase, heardAtMs } of devices) expect(phase).toBe(phaseAt(clock.monotonic() - heardAtMs));
          const addresses = devices.flatMap((device) => device.address ?? []);
          expect(new Set(addresses).size).toBe(addresses.length);
          for (const device of devices) {
            if (device.address !== undefined) expect(table.at(device.address)).toBe(device);
            expect(table.named(device.hostname)).toContain(device);
          }
        }
        await clock.advance(400_000);
        expect(table.size).toBe(0);
        expect(table.at("10.0.0.1")).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});

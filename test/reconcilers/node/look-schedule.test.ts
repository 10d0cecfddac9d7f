import { describe, expect, it } from "vitest";
import type { LiveDevice } from "../../../controller/drivers/live-device.ts";
import {
  afterAnswer,
  afterSilence,
  fingerprintOf,
  type LookRecord,
  neverLooked,
  nextLook,
} from "../../../controller/reconcilers/node/look-schedule.ts";

const ours: LiveDevice = {
  key: "k",
  family: "spore",
  hostname: "esp_A1B2C3",
  phase: "Active",
  revision: 1,
  heardAtMs: 0,
  address: "127.0.0.2",
  bootId: 1,
  version: "1.0.0",
  configHash: "aa",
  labels: { a: "1" },
  state: "ok",
};
const upstream: LiveDevice = {
  key: "k",
  family: "spore",
  hostname: "esp_A1B2C3",
  phase: "Active",
  revision: 1,
  heardAtMs: 0,
  address: "127.0.0.2",
};
const looked = (more: Partial<LookRecord> = {}, device = ours): LookRecord => ({
  seenAtMs: 1_000,
  triedAtMs: 1_000,
  failures: 0,
  quietLooks: 0,
  fingerprint: fingerprintOf(device),
  ...more,
});

describe("nextLook", () => {
  it.each<[string, LookRecord, LiveDevice | undefined, number, number]>([
    ["at once the first time", neverLooked, ours, 0, 0],
    ["after ten seconds of quiet", looked(), ours, 1_000, 10_000],
    ["in what is left of them", looked(), ours, 8_000, 3_000],
    ["once more soon", looked({ quietLooks: 1 }), ours, 1_000, 20_000],
    ["ever more rarely after that", looked({ quietLooks: 3 }), ours, 1_000, 240_000],
    ["at least every ten minutes", looked({ quietLooks: 99 }), ours, 1_000, 600_000],
    [
      "at least every minute where it does not say what changed",
      looked({ quietLooks: 99 }, upstream),
      upstream,
      1_000,
      60_000,
    ],
    ["at once when it booted", looked(), { ...ours, bootId: 2 }, 1_100, 0],
    ["at once when somebody wrote its configuration", looked(), { ...ours, configHash: "bb" }, 1_100, 0],
    ["at once when its labels changed", looked(), { ...ours, labels: {} }, 1_100, 0],
    ["at once when it moved", looked(), { ...ours, address: "127.0.0.9" }, 1_100, 0],
    ["at once when it is in safe mode", looked(), { ...ours, state: "safe" }, 1_100, 0],
    ["not because it is short of memory", looked(), { ...ours, state: "low" }, 1_000, 10_000],
    ["once more when it falls silent", looked(), { ...ours, phase: "Inactive" }, 11_000, 0],
    ["once more when the table forgot it", looked(), undefined, 301_000, 0],
    ["soon after it did not answer", looked({ failures: 1 }), ours, 1_000, 3_000],
    ["every ten seconds while it talks and does not answer", looked({ failures: 9 }), ours, 1_000, 10_000],
    ["rarely when it neither talks nor answers", looked({ failures: 9 }), { ...ours, phase: "Dead" }, 1_000, 300_000],
  ])("looks %s", (_claim, record, device, nowMs, inMs) => {
    expect(nextLook(record, device, nowMs, 0.5).inMs).toBe(inMs);
  });

  it("spreads the looks at many devices", () => {
    expect([0, 0.999].map((jitter) => Math.round(nextLook(looked(), ours, 1_000, jitter).inMs / 100))).toEqual([
      90, 110,
    ]);
  });

  it("counts quiet looks, begins anew when something happened, and counts failures until an answer", () => {
    const quiet = afterAnswer(afterAnswer(neverLooked, ours, 5, false), ours, 9, false);
    expect(quiet).toMatchObject({ quietLooks: 2, failures: 0, seenAtMs: 9 });
    expect(afterAnswer(quiet, ours, 20, true).quietLooks).toBe(0);
    const silent = afterSilence(afterSilence(quiet, ours, 30), ours, 40);
    expect(silent).toMatchObject({ failures: 2, seenAtMs: 9, triedAtMs: 40 });
    expect(afterAnswer(silent, ours, 50, false).failures).toBe(0);
  });
});

import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { SporeError } from "../../controller/base/errors.ts";
import type { Driver, Outcome } from "../../controller/drivers/driver.ts";
import { DeviceMetrics } from "../../controller/drivers/measured-driver.ts";
import { ManualClock } from "../support/manual-clock.ts";

const target = { address: "127.0.0.1", port: 80 };
const never = new AbortController().signal;

it("counts looks, writes and bytes, and hands everything through", async () => {
  const registry = new Registry();
  const clock = new ManualClock();
  const outcomes: Outcome[] = [{ kind: "done" }, { kind: "refused", reason: "No", message: "no" }];
  const looks = [{ identity: { hostname: "a" } }];
  const driver: Driver = {
    family: "spore",
    capabilities: new Set(["Ota"]),
    discover: async () => {},
    async observe() {
      const [seen] = looks.splice(0, 1);
      if (seen === undefined) throw new SporeError("SPORE_DEVICE_UNREACHABLE", "nobody there");
      return seen;
    },
    async perform(_target, _action, report) {
      await clock.advance(3000);
      for (const sentBytes of [0, 1000, 2500]) report({ sentBytes, totalBytes: 2500 });
      return outcomes.shift() ?? { kind: "done" };
    },
  };
  const measured = new DeviceMetrics(registry, clock).measure(driver);
  const install = { kind: "InstallFirmware", image: new Uint8Array(), md5: "", version: "1.0.0", fence: 1 } as const;
  const sent: number[] = [];
  expect(await measured.perform(target, install, ({ sentBytes }) => sent.push(sentBytes), never)).toEqual({
    kind: "done",
  });
  expect((await measured.perform(target, { kind: "Restart" }, () => {}, never)).kind).toBe("refused");
  expect(sent).toEqual([0, 1000, 2500]);
  expect(await measured.observe(target, never)).toEqual({ identity: { hostname: "a" } });
  await expect(measured.observe(target, never)).rejects.toThrow("nobody there");
  const text = await registry.metrics();
  const action = "spore_device_action_duration_seconds";
  expect(text).toContain(`${action}_sum{family="spore",action="InstallFirmware",outcome="done"} 3`);
  expect(text).toContain(`${action}_count{family="spore",action="Restart",outcome="refused"} 1`);
  expect(text).toContain('spore_ota_bytes_total{family="spore"} 5000');
  const look = "spore_device_look_duration_seconds_count";
  expect(text).toContain(`${look}{family="spore",outcome="ok"} 1`);
  expect(text).toContain(`${look}{family="spore",outcome="SPORE_DEVICE_UNREACHABLE"} 1`);
});

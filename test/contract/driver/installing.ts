import { describe, expect, it } from "vitest";
import { systemClock } from "../../../controller/base/clock.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import {
  type DriverHarness,
  endlessImage,
  expectAnswer,
  expectVersion,
  install,
  never,
  quiet,
  setUp,
} from "./stage.ts";

export function installing(harness: DriverHarness): void {
  describe("perform InstallFirmware", () => {
    it("changes the program, and reports what was sent", async () => {
      await using stage = await setUp(harness);
      const { image, version } = stage.device.nextProgram;
      const sent: number[] = [];
      const report = (progress: { readonly sentBytes: number; readonly totalBytes: number }) => {
        expect(progress.totalBytes).toBe(image.length);
        sent.push(progress.sentBytes);
      };
      expect(await stage.driver.perform(stage.target, install(image, version), report, never)).toMatchObject({
        kind: "done",
      });
      expect(sent.at(-1)).toBe(image.length);
      expect(sent).toEqual([...sent].sort((a, b) => a - b));
      if (harness.tells) await expectVersion(stage, version);
    });

    if (harness.tells)
      it("took place although its outcome was unknown", async () => {
        await using stage = await setUp(harness);
        const { image, version } = stage.device.nextProgram;
        stage.proxy.fault = { on: /update/, does: { kind: "loseAnswer" } };
        expect((await stage.perform(install(image, version))).kind).toBe("unknown");
        await expectVersion(stage, version);
      });

    it("is failed, and the program stays, when it is called off before its last byte left", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: /update/, does: { kind: "stall", afterBytes: 4096 } };
      const stop = new AbortController();
      const before = await stage.driver.observe(stage.target, never);
      const performed = stage.perform(install(endlessImage), stop.signal);
      await expect.poll(() => stage.proxy.count("POST /api/node/update")).toBe(1);
      stop.abort();
      expect(await performed).toMatchObject({ kind: "failed", reason: "Aborted" });
      await expectAnswer(stage, before.bootId);
    });

    it("is failed when the device breaks off before the last byte left", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: /update/, does: { kind: "cut", afterBytes: 4096 } };
      const before = await stage.driver.observe(stage.target, never);
      expect(await stage.perform(install(endlessImage))).toMatchObject({ kind: "failed", reason: "ConnectionLost" });
      await expectAnswer(stage, before.bootId);
    });

    it("is failed when the device stops taking bytes", async () => {
      const clock = new ManualClock();
      await using stage = await setUp(harness, clock);
      stage.proxy.fault = { on: /update/, does: { kind: "stall", afterBytes: 4096 } };
      let sentBytes = 0;
      let before = -1;
      const performed = stage.driver.perform(
        stage.target,
        install(endlessImage),
        (progress) => {
          sentBytes = progress.sentBytes;
        },
        never,
      );
      const stands = () => {
        const still = sentBytes > 0 && sentBytes === before;
        before = sentBytes;
        return still;
      };
      await expect.poll(stands, { interval: 100 }).toBe(true);
      await clock.advance(20_000);
      expect(await performed).toMatchObject({ kind: "failed", reason: "NoAnswer" });
    });

    it("is not done when the device loses power in the middle", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: /update/, does: { kind: "stall", afterBytes: 4096 } };
      const { image, version } = stage.device.nextProgram;
      const performed = stage.perform(install(image, version));
      await expect.poll(() => stage.proxy.count("POST /api/node/update")).toBe(1);
      await stage.device.powerCut();
      // Buffers on the way may have taken everything: then nobody here knows how much arrived.
      expect(["failed", "unknown"]).toContain((await performed).kind);
    });

    it("is not done when the device calls the image bad", async () => {
      await using stage = await setUp(harness);
      const before = await stage.driver.observe(stage.target, never);
      const outcome = await stage.perform(install(Buffer.alloc(8192, "no firmware ")));
      expect(outcome.kind).toBe(harness.tells ? "refused" : "failed");
      await expectAnswer(stage, before.bootId);
    });

    it("is not done while another upload runs", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: /update/, does: { kind: "stall", afterBytes: 4096 } };
      const { image, version } = stage.device.nextProgram;
      const other = harness.driver(systemClock);
      const stop = new AbortController();
      const running = other.perform(stage.target, install(image, version), quiet, stop.signal);
      await expect.poll(() => stage.proxy.count("POST /api/node/update")).toBe(1);
      const direct = { ...stage.target, address: stage.device.address, port: stage.device.port };
      const attempt = () => stage.driver.perform(direct, install(image, version), quiet, never);
      // The device has taken the other upload up as soon as it says so; before, it may still be reading the head of the request.
      await expect.poll(async () => (await attempt()).kind, { timeout: 10_000 }).toBe("failed");
      stop.abort();
      await running;
    });
  });
}

import { describe, expect, it } from "vitest";
import { type DriverHarness, expectRestart, expectVersion, install, never, setUp } from "./stage.ts";

/** What only devices say that know more than upstream. */
export function refusing(harness: DriverHarness): void {
  describe("perform", () => {
    it("is refused for an image that cannot fit", async () => {
      await using stage = await setUp(harness);
      const large = Buffer.alloc(1024 * 1024, 0xe9);
      expect(await stage.perform(install(large))).toMatchObject({ kind: "refused", reason: "TooLarge" });
    });

    it("is failed for an image that was damaged on the way", async () => {
      await using stage = await setUp(harness);
      const { image, version } = stage.device.nextProgram;
      const action = { ...install(image, version), md5: "0".repeat(32) };
      expect(await stage.perform(action)).toMatchObject({ kind: "failed", reason: "TransferDamaged" });
    });

    it("is refused for a fence lower than one the device has seen", async () => {
      await using stage = await setUp(harness);
      const { image, version } = stage.device.nextProgram;
      expect(await stage.perform(install(image, version, 7))).toMatchObject({ kind: "done" });
      await expectVersion(stage, version);
      expect(await stage.perform(install(image, version, 6))).toMatchObject({ kind: "refused", reason: "StaleFence" });
    });

    it("is refused for a configuration key that the device does not know", async () => {
      await using stage = await setUp(harness);
      const outcome = await stage.perform({ kind: "PushConfig", values: { no_such_key: 1 } });
      expect(outcome).toMatchObject({
        kind: "refused",
        reason: "BadRequest",
        message: expect.stringContaining("no_such_key"),
      });
    });

    it("changes configuration that observe shows, and restarts when asked", async () => {
      await using stage = await setUp(harness);
      const [key, value] = harness.configKey;
      const before = await stage.driver.observe(stage.target, never);
      expect(await stage.perform({ kind: "PushConfig", values: { [key]: value } })).toMatchObject({ kind: "done" });
      const after = await stage.driver.observe(stage.target, never);
      expect(after.config).toMatchObject({ kind: "values", values: { [key]: value } });
      expect(after.config?.kind === "values" && after.config.hash).not.toBe(
        before.config?.kind === "values" && before.config.hash,
      );
      expect(await stage.perform({ kind: "Restart" })).toMatchObject({ kind: "done" });
      await expectRestart(stage, before.bootId);
      expect((await stage.driver.observe(stage.target, never)).config).toMatchObject({ values: { [key]: value } });
    });
  });
}

export function labelling(harness: DriverHarness): void {
  describe("perform SetLabels", () => {
    it("sets, keeps and removes labels, and observe shows it", async () => {
      await using stage = await setUp(harness);
      const labels = async () => (await stage.driver.observe(stage.target, never)).labels;
      const before = await labels();
      const set = (wanted: Record<string, string>, remove: readonly string[] = []) =>
        stage.perform({ kind: "SetLabels", labels: wanted, remove });
      expect(await set({ room: "lab", shelf: "2" })).toMatchObject({ kind: "done" });
      expect(await set({ room: "attic" })).toMatchObject({ kind: "done" });
      expect(await labels()).toEqual({ ...before, room: "attic", shelf: "2" });
      expect(await set({}, ["shelf", "never-there"])).toMatchObject({ kind: "done" });
      expect(await labels()).toEqual({ ...before, room: "attic" });
    });

    it("is refused for labels that the device cannot keep", async () => {
      await using stage = await setUp(harness);
      const outcome = await stage.perform({ kind: "SetLabels", labels: { "Not a key": "x" }, remove: [] });
      expect(outcome).toMatchObject({ kind: "refused", reason: "BadRequest" });
    });
  });
}

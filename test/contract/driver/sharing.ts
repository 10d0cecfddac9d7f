import { describe, expect, it } from "vitest";
import { FaultProxy } from "../../support/fault-proxy.ts";
import { actionOf, actionsOf, type DriverHarness, exactly, never, quiet, requestOf, setUp } from "./stage.ts";

export function sharing(harness: DriverHarness): void {
  describe("callers at the same time", () => {
    it("never open two connections to a device", async () => {
      await using stage = await setUp(harness);
      const actions = actionsOf(harness).filter((kind) => kind !== "Restart" && kind !== "InstallFirmware");
      await Promise.all([
        stage.driver.observe(stage.target, never),
        ...actions.map((kind) => stage.perform(actionOf(kind, harness, stage.device))),
        stage.driver.observe(stage.target, never),
      ]);
      expect(stage.proxy.worstConcurrency).toBe(1);
    });

    it("leave the lane when they are called off while they wait", async () => {
      await using stage = await setUp(harness);
      const request = requestOf("Call", harness);
      stage.proxy.fault = { on: exactly(request), does: { kind: "hold" } };
      const first = stage.perform(harness.call);
      await expect.poll(() => stage.proxy.requests.find(({ name }) => name === request)?.answered).toBe(true);
      const stop = new AbortController();
      const second = stage.perform({ kind: "Restart" }, stop.signal);
      stop.abort();
      expect(await second).toMatchObject({ kind: "failed", reason: "Aborted" });
      stage.proxy.releaseAll();
      expect(await first).toMatchObject({ kind: "done" });
      expect(stage.proxy.count("POST /api/node/restart")).toBe(0);
    });

    it("find a device again that changed its address", async () => {
      await using stage = await setUp(harness);
      await stage.driver.observe(stage.target, never);
      await using elsewhere = await FaultProxy.before(stage.device);
      await stage.proxy[Symbol.asyncDispose]();
      const moved = { ...stage.target, port: elsewhere.port };
      expect(await stage.driver.perform(moved, harness.call, quiet, never)).toMatchObject({ kind: "done" });
      expect(elsewhere.count("GET /api/node/status")).toBeGreaterThan(0);
    });
  });
}

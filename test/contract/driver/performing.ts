import { describe, expect, it } from "vitest";
import type { Action, Outcome } from "../../../controller/drivers/driver.ts";
import type { WireFault } from "../../support/fault-proxy.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import {
  actionOf,
  capabilityOf,
  type DriverHarness,
  exactly,
  never,
  quiet,
  requestOf,
  type Stage,
  setUp,
  stranger,
} from "./stage.ts";

/** What holds for every action. */
export function performing(harness: DriverHarness, kind: Action["kind"]): void {
  const request = requestOf(kind, harness);
  const works = harness.can.has(capabilityOf[kind]);
  const act = (stage: Stage, signal = never) => stage.perform(actionOf(kind, harness, stage.device), signal);

  describe(`perform ${kind}`, () => {
    it(works ? "is done when the device confirms" : "is refused by a device that cannot", async () => {
      await using stage = await setUp(harness);
      expect(await act(stage)).toMatchObject(works ? { kind: "done" } : { kind: "refused", reason: "NotSupported" });
      expect(stage.proxy.count(request)).toBe(1);
    });

    it("waits for a slow device", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: exactly(request), does: { kind: "hold" } };
      let outcome: Outcome | undefined;
      const performed = act(stage).then((result) => {
        outcome = result;
      });
      await expect.poll(() => stage.proxy.requests.find(({ name }) => name === request)?.answered).toBe(true);
      expect(outcome).toBeUndefined();
      stage.proxy.releaseAll();
      await performed;
      expect(outcome?.kind).toBe(works ? "done" : "refused");
    });

    it.each<[string, WireFault, Outcome["kind"]]>([
      ["the answer is lost", { kind: "loseAnswer" }, "unknown"],
      ["the connection breaks after the last byte", { kind: "loseRequest" }, "unknown"],
      ["the answer breaks off", { kind: "halfAnswer" }, "unknown"],
    ])("is unknown when %s", async (_, does, expected) => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: exactly(request), does };
      expect((await act(stage)).kind).toBe(expected);
      expect(stage.proxy.count(request)).toBe(1);
    });

    if (works)
      it("is unknown when the device answers half a JSON text", async () => {
        await using stage = await setUp(harness);
        stage.proxy.fault = { on: exactly(request), does: { kind: "halfBody" } };
        expect(await act(stage)).toMatchObject({ kind: "unknown", reason: "DeviceProtocol" });
      });

    it("is unknown when the device does not answer in time", async () => {
      const clock = new ManualClock();
      await using stage = await setUp(harness, clock);
      stage.proxy.fault = { on: exactly(request), does: { kind: "silent" } };
      const performed = act(stage);
      await expect.poll(() => stage.proxy.requests.find(({ name }) => name === request)?.whole).toBe(true);
      await expect.poll(() => clock.timers).toBe(2);
      await clock.advance(180_000);
      expect(await performed).toMatchObject({ kind: "unknown", reason: "NoAnswer" });
    });

    it("is failed when nobody is there", async () => {
      await using stage = await setUp(harness);
      const target = { ...stage.target, port: 1 };
      const outcome = await stage.driver.perform(target, actionOf(kind, harness, stage.device), quiet, never);
      expect(outcome).toMatchObject({ kind: "failed", reason: "Unreachable" });
    });

    it("is failed, and nothing is sent, when it is called off before", async () => {
      await using stage = await setUp(harness);
      expect(await act(stage, AbortSignal.abort())).toMatchObject({ kind: "failed", reason: "Aborted" });
      expect(stage.proxy.requests).toEqual([]);
    });

    it("is unknown when it is called off after the last byte", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: exactly(request), does: { kind: "hold" } };
      const stop = new AbortController();
      const performed = act(stage, stop.signal);
      await expect.poll(() => stage.proxy.requests.find(({ name }) => name === request)?.answered).toBe(true);
      stop.abort();
      expect(await performed).toMatchObject({ kind: "unknown", reason: "Aborted" });
    });

    it("is refused, and nothing is written, when somebody else is there", async () => {
      await using stage = await setUp(harness);
      const target = { ...stage.target, identity: stranger };
      const outcome = await stage.driver.perform(target, actionOf(kind, harness, stage.device), quiet, never);
      expect(outcome).toMatchObject({ kind: "refused", reason: "IdentityMismatch" });
      expect(stage.proxy.count(request)).toBe(0);
    });

    it("is failed, and nothing is written, when it cannot be found out who is there", async () => {
      await using stage = await setUp(harness);
      stage.proxy.fault = { on: /status/, does: { kind: "halfBody" } };
      expect(await act(stage)).toMatchObject({ kind: "failed", reason: "DeviceProtocol" });
      expect(stage.proxy.requests.filter(({ name }) => !name.includes("status"))).toEqual([]);
    });
  });
}

import { describe, expect, it } from "vitest";
import type { Action, Driver } from "../../../controller/drivers/driver.ts";
import type { Desired } from "../../../controller/reconcilers/node/desired.ts";
import { performOn } from "../../../controller/reconcilers/node/perform.ts";

const signal = new AbortController().signal;
const image = new Uint8Array(1);
const actions: readonly Action[] = [
  { kind: "InstallFirmware", image, md5: "m", version: "1.0.0", fence: 1 },
  { kind: "Restart" },
  { kind: "PushConfig", values: { apikey: "hunter2-hunter2" } },
  { kind: "SetLabels", labels: { app: "lab" }, remove: [] },
];
const config = { values: { apikey: "hunter2-hunter2" }, secretKeys: ["apikey"], hash: "h", secretsInClear: true };
const desired: Desired = { labels: {}, config };

/** Repeats in its refusal all that it may have been told. */
const babbler: Driver = {
  family: "spore",
  capabilities: new Set(),
  discover: async () => {},
  observe: async () => ({ identity: { hostname: "esp_1" } }),
  perform: async ({ token }) => ({ kind: "refused", reason: "BadRequest", message: `no ${token} or hunter2-hunter2` }),
};

describe("performOn", () => {
  it.each(actions)("tells of the refusal of $kind neither token nor Secret", async (action) => {
    const target = { address: "127.0.0.1", port: 80, token: "t0ken-t0ken" };
    const outcome = await performOn({ driver: babbler, desired }, target, action, signal);
    expect(outcome).toEqual({ kind: "refused", reason: "BadRequest", message: "no *** or ***" });
  });
});

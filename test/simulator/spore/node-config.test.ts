import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import {
  configHash,
  maskedConfig,
  presetConfig,
  readConfigWrite,
} from "../../../controller/simulator/spore/node-config.ts";

const first8 = (key: string, text: string) => createHmac("sha256", key).update(text).digest("hex").slice(0, 8);

describe("configHash", () => {
  it("is the keyed hash of the sorted configuration, without the token", () => {
    const config = { site: "roof", heartbeat_interval_ms: 2000, wifi_password: "p", ota_token: "secret" };
    expect(configHash(config)).toBe(
      first8("secret", '{"heartbeat_interval_ms":2000,"site":"roof","wifi_password":"p"}'),
    );
  });

  it("tells nothing of what is masked where no token is set", () => {
    expect(configHash({ site: "roof", wifi_password: "p", ota_token: "" })).toBe(first8("", '{"site":"roof"}'));
    expect(configHash({ site: "roof", wifi_password: "", ota_token: "" })).toBe(
      first8("", '{"site":"roof","wifi_password":""}'),
    );
  });
});

describe("readConfigWrite", () => {
  it("takes numbers as JSON and as the text of a form", () => {
    const values = { telemetry_interval_ms: 5000, site: "roof" };
    expect(readConfigWrite({ telemetry_interval_ms: "5000", site: "roof" }, presetConfig)).toEqual({
      kind: "accepted",
      values,
      restartRequired: false,
    });
    expect(readConfigWrite(values, presetConfig)).toMatchObject({ kind: "accepted", values });
    expect(readConfigWrite({ wifi_ssid: "x" }, presetConfig)).toMatchObject({ restartRequired: true });
  });

  it("brings the preset back for null", () => {
    expect(readConfigWrite({ site: null }, { ...presetConfig, site: "factory" })).toMatchObject({
      values: { site: "factory" },
    });
    expect(readConfigWrite({ nonsense: null }, presetConfig)).toMatchObject({ kind: "refused" });
  });

  it.each([
    [{ nonsense: 1 }, "nonsense"],
    [{ toString: "x" }, "toString"],
    [{ heartbeat_interval_ms: 5 }, "heartbeat_interval_ms"],
    [{ heartbeat_interval_ms: "1e3" }, "heartbeat_interval_ms"],
    [{ heartbeat_interval_ms: 2000.5 }, "heartbeat_interval_ms"],
    [{ site: 5 }, "site"],
    [{ site: "x".repeat(65) }, "site"],
    [{ site: "roof", nonsense: 1 }, "nonsense"],
  ])("refuses %o and names the key", (parameters, key) => {
    expect(readConfigWrite(parameters, presetConfig)).toEqual({
      kind: "refused",
      message: expect.stringContaining(key),
    });
  });
});

it("maskedConfig masks what is secret and set", () => {
  const shown = maskedConfig({ ...presetConfig, ota_token: "secret" });
  expect(shown).toMatchObject({ ota_token: "***", wifi_password: "", telemetry_interval_ms: 10_000 });
  expect(JSON.stringify(shown)).not.toContain("secret");
});

import { describe, expect, it } from "vitest";
import { firmwareCauses } from "../../../controller/api/admission/firmware-causes.ts";
import { nodeCauses } from "../../../controller/api/admission/node-causes.ts";
import { isSeveringKey } from "../../../controller/api/admission/severing-keys.ts";

describe("firmwareCauses", () => {
  const causes = (version: string) =>
    firmwareCauses({ spec: { family: "spore", platform: "esp8266", version, artifacts: [] } });

  it.each(["1.4.0", "0.0.1", "1.4.0-rc.1", "1.4.0+build.7", "1.4.0-rc.1+7"])("accepts %s", (version) => {
    expect(causes(version)).toEqual([]);
  });

  it.each(["1.4", "v1.4.0", "=1.4.0", " 1.4.0", "01.4.0", "latest", "1.4.0.0", ""])("refuses %j", (version) => {
    expect(causes(version).map(({ field }) => field)).toEqual(["spec.version"]);
  });
});

describe("nodeCauses", () => {
  const causes = (spec: object) => nodeCauses({ spec: { family: "spore", paused: false, ...spec } });

  it.each([{}, { address: "192.168.1.7" }, { address: "127.0.0.2:8080" }, { owner: { namespace: "default" } }])(
    "accepts %j",
    (spec) => {
      expect(causes(spec)).toEqual([]);
    },
  );

  it.each([
    [{ address: "256.0.0.1" }, "spec.address"],
    [{ address: "10.0.0.1:0" }, "spec.address"],
    [{ address: "10.0.0.1:65536" }, "spec.address"],
    [{ owner: { namespace: "Not A Namespace" } }, "spec.owner.namespace"],
  ])("refuses %j", (spec, field) => {
    expect(causes(spec).map((cause) => cause.field)).toEqual([field]);
  });
});

describe("isSeveringKey", () => {
  it.each(["wifi_ssid", "wifi_password", "udp_port", "api_server_port"])("holds for %s", (key) => {
    expect(isSeveringKey(key)).toBe(true);
  });

  it.each(["telemetry_interval_ms", "wifi", "my_udp_port", "WIFI_SSID"])("does not hold for %s", (key) => {
    expect(isSeveringKey(key)).toBe(false);
  });
});

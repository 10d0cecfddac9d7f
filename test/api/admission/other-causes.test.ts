import { describe, expect, it } from "vitest";
import { firmwareCauses } from "../../../controller/api/admission/firmware-causes.ts";
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

describe("isSeveringKey", () => {
  it.each(["wifi_ssid", "wifi_password", "udp_port", "api_server_port"])("holds for %s", (key) => {
    expect(isSeveringKey(key)).toBe(true);
  });

  it.each(["telemetry_interval_ms", "wifi", "my_udp_port", "WIFI_SSID"])("does not hold for %s", (key) => {
    expect(isSeveringKey(key)).toBe(false);
  });
});

import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../controller/base/json.ts";
import type { ObservedConfig } from "../../../controller/drivers/driver.ts";
import {
  type ConfigKnowledge,
  compareConfig,
  type DesiredConfig,
} from "../../../controller/reconcilers/node/config-drift.ts";
import { configHash } from "../../../controller/reconcilers/node/config-hash.ts";

type Values = Readonly<Record<string, JsonValue>>;
const desired = (values: Values, secretKeys: string[] = [], secretsInClear = false): DesiredConfig => ({
  values,
  secretKeys,
  hash: "wanted",
  secretsInClear,
});
const shows = (values: Values, masked: string[] = [], hash?: string): ObservedConfig => ({
  kind: "values",
  values,
  masked,
  ...(hash !== undefined && { hash }),
});
const recorded: ConfigKnowledge = { recordedHash: "wanted" };
const guarded: ConfigKnowledge = { needsToken: true, token: "t0ken" };

describe("compareConfig", () => {
  it.each<[string, DesiredConfig | undefined, ObservedConfig | undefined, ConfigKnowledge, unknown]>([
    ["nothing wanted", undefined, shows({}), {}, { kind: "notWanted" }],
    ["no key wanted", desired({}), shows({}), {}, { kind: "notWanted" }],
    ["nothing observed", desired({ a: 1 }), undefined, {}, { kind: "unknown" }],
    ["a device without configuration", desired({ a: 1 }), { kind: "notSupported" }, {}, { kind: "notSupported" }],
    [
      "equal values",
      desired({ a: 1, b: { c: [1] } }),
      shows({ b: { c: [1] }, a: 1, other: 2 }),
      {},
      { kind: "current", source: "Reported" },
    ],
    [
      "a device that holds text only",
      desired({ a: 5000, on: true }),
      shows({ a: "5000", on: "true" }),
      {},
      { kind: "current", source: "Reported" },
    ],
    [
      "a value that differs",
      desired({ a: 1, b: 2 }),
      shows({ a: 1, b: 3 }),
      {},
      { kind: "drifted", withheld: [], push: { b: 2 } },
    ],
    ["a key the device lacks", desired({ a: 1 }), shows({}), {}, { kind: "drifted", withheld: [], push: { a: 1 } }],
    [
      "a masked key that was recorded",
      desired({ p: "x" }),
      shows({ p: "***" }, ["p"]),
      recorded,
      { kind: "current", source: "Recorded" },
    ],
    [
      "a masked key that was never pushed",
      desired({ p: "x" }),
      shows({ p: "***" }, ["p"]),
      {},
      { kind: "drifted", withheld: [], push: { p: "x" } },
    ],
    [
      "a record of another configuration",
      desired({ p: "x" }),
      shows({ p: "***" }, ["p"]),
      { recordedHash: "older" },
      { kind: "drifted", withheld: [], push: { p: "x" } },
    ],
    [
      "a hash that stood still",
      desired({ p: "x" }),
      shows({ p: "***" }, ["p"], "aa"),
      { ...recorded, baselineHash: "aa" },
      { kind: "current", source: "Recorded" },
    ],
    [
      "a hash that moved",
      desired({ p: "x" }),
      shows({ p: "***" }, ["p"], "bb"),
      { ...recorded, baselineHash: "aa" },
      { kind: "drifted", withheld: [], push: { p: "x" } },
    ],
    [
      "a token the device does not have",
      desired({ ota_token: "t" }),
      shows({}),
      { ...recorded, needsToken: false },
      { kind: "drifted", withheld: [], push: { ota_token: "t" } },
    ],
    [
      "a secret for a device without a token",
      desired({ a: 1, p: "x" }, ["p"]),
      shows({ a: 1, p: "***" }, ["p"]),
      { needsToken: false },
      { kind: "withheld", keys: ["p"] },
    ],
    [
      "a secret beside plain drift",
      desired({ a: 1, p: "x" }, ["p"]),
      shows({ a: 2, p: "***" }, ["p"]),
      {},
      { kind: "drifted", withheld: ["p"], push: { a: 1 } },
    ],
    [
      "a secret that may go in clear",
      desired({ p: "x" }, ["p"], true),
      shows({ p: "***" }, ["p"]),
      {},
      { kind: "drifted", withheld: [], push: { p: "x" } },
    ],
    [
      "a secret that is there already",
      desired({ p: "x" }, ["p"]),
      shows({ p: "***" }, ["p"]),
      recorded,
      { kind: "current", source: "Recorded" },
    ],
  ])("answers for %s", (_case, wanted, observed, knowledge, verdict) => {
    expect(compareConfig(wanted, observed, knowledge)).toEqual(verdict);
  });

  const proof = configHash({ a: 1, p: "x" }, "t0ken");

  it("takes the device's keyed hash as proof of what it masks", () => {
    const wanted = desired({ p: "x", ota_token: "t0ken" }, ["p", "ota_token"]);
    const observed = shows({ a: 1, p: "***", ota_token: "***", labels: { x: "y" } }, ["p", "ota_token"], proof);
    expect(compareConfig(wanted, observed, guarded)).toEqual({ kind: "current", source: "Reported" });
  });

  it("believes the hash and not the record", () => {
    const wanted = desired({ p: "other" }, ["p"]);
    const observed = shows({ a: 1, p: "***" }, ["p"], proof);
    expect(compareConfig(wanted, observed, { ...guarded, ...recorded })).toEqual({
      kind: "drifted",
      withheld: [],
      push: { p: "other" },
    });
  });

  it("proves masked keys beside a readable one that drifted, and pushes that one only", () => {
    const observed = shows({ a: 1, p: "***" }, ["p"], proof);
    expect(compareConfig(desired({ a: 2, p: "x" }), observed, guarded)).toEqual({
      kind: "drifted",
      withheld: [],
      push: { a: 2 },
    });
  });

  it("wants a new token pushed while the device still has the old one", () => {
    const wanted = desired({ p: "x", ota_token: "new" });
    const observed = shows({ a: 1, p: "***", ota_token: "***" }, ["p", "ota_token"], proof);
    expect(compareConfig(wanted, observed, { ...guarded, ...recorded })).toMatchObject({
      kind: "drifted",
      push: { ota_token: "new", p: "x" },
    });
  });

  it("cannot prove anything while the device masks a value that nobody told us", () => {
    const observed = shows({ p: "***", wifi_password: "***" }, ["p", "wifi_password"], "12345678");
    expect(compareConfig(desired({ p: "x" }), observed, { ...guarded, ...recorded })).toEqual({
      kind: "current",
      source: "Recorded",
    });
  });
});

describe("configHash", () => {
  it("is the HMAC that the firmware computes", () => {
    // printf '{"a":1,"p":"x"}' | openssl dgst -sha256 -hmac t0ken
    expect(configHash({ p: "x", a: 1, ota_token: "t0ken", labels: {} }, "t0ken")).toBe("fa714081");
  });
});

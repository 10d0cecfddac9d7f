import { describe, expect, it } from "vitest";
import { mergeConfig } from "../../../controller/reconcilers/node-group/config-sources.ts";
import { configMapOf, secretOf } from "../objects.ts";

const sources = {
  configMap: (name: string) =>
    ({
      lab: configMapOf("lab", {
        interval: "5000",
        on: "true",
        name: "lab",
        ratio: "1.5",
        zip: "007",
        one: "1.0",
        big: "12345678901234567890",
        huge: "1e999",
        empty: "",
      }),
      bad: configMapOf("bad", { wifi_ssid: "home" }),
    })[name],
  secret: (name: string) =>
    ({ pin: secretOf("pin", { pin: "12345678", name: "secret" }), net: secretOf("net", { udp_port: "1" }) })[name],
};

describe("mergeConfig", () => {
  it("takes JSON's own spelling of numbers and booleans in a ConfigMap as such, and leaves every other string alone", () => {
    const merged = mergeConfig([{ configMapRef: { name: "lab" } }], sources);
    expect(merged).toEqual({
      ok: true,
      value: {
        secretKeys: [],
        values: {
          interval: 5000,
          on: true,
          name: "lab",
          ratio: 1.5,
          zip: "007",
          one: "1.0",
          big: "12345678901234567890",
          huge: "1e999",
          empty: "",
        },
      },
    });
  });

  it("keeps a Secret's values strings and remembers which keys they won", () => {
    const merged = mergeConfig(
      [{ configMapRef: { name: "lab" } }, { secretRef: { name: "pin" } }, { values: { name: "given" } }],
      sources,
    );
    expect(merged).toMatchObject({ value: { secretKeys: ["pin"], values: { pin: "12345678", name: "given" } } });
  });

  it("lets later sources win", () => {
    const merged = mergeConfig([{ values: { a: 1, b: 1 } }, { values: { b: 2 } }], sources);
    expect(merged).toMatchObject({ value: { values: { a: 1, b: 2 } } });
  });

  it("waits for a source that is not there", () => {
    const merged = mergeConfig([{ values: {} }, { secretRef: { name: "gone" } }], sources);
    expect(merged).toMatchObject({ problem: { remedy: "waits", reason: "ReferenceNotFound" } });
    expect(merged).toHaveProperty("problem.message", expect.stringMatching(/config\[1\]\.secretRef.*"gone"/));
  });

  it.each([
    ["values", { values: { wifi_password: "x" } }, /wifi_password/],
    ["a ConfigMap", { configMapRef: { name: "bad" } }, /ConfigMap "bad": "wifi_ssid"/],
    ["a Secret", { secretRef: { name: "net" } }, /Secret "net": "udp_port"/],
    ["the API port", { values: { api_server_port: 81 } }, /api_server_port/],
    ["labels", { values: { labels: {} } }, /spec\.template\.labels/],
    ["null", { values: { a: null } }, /null/],
    ["no source at all", {}, /exactly one/],
    ["two sources", { values: {}, secretRef: { name: "pin" } }, /exactly one/],
  ])("refuses %s where it could do harm or say nothing", (_name, item, message) => {
    const merged = mergeConfig([item], sources);
    expect(merged).toMatchObject({ ok: false, problem: { remedy: "stalled", reason: "InvalidConfig" } });
    expect(merged).toHaveProperty("problem.message", expect.stringMatching(message));
  });
});

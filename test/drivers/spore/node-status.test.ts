import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSporeError } from "../../../controller/base/errors.ts";
import { isWho, readStatus, sightingOfStatus } from "../../../controller/drivers/spore/node-status.ts";

const chip = { freeHeap: 31240, chipId: 10597059, sdkVersion: "2.2.2", cpuFreqMHz: 80, flashChipSize: 1048576 };
const own = {
  hostname: "esp_A1B2C3",
  rssi: -61,
  uptimeMs: 734211,
  boot: 190733811,
  resetReason: "Software/System restart",
  version: "1.4.0",
  app: "base",
  platform: "esp8266",
  state: "ok",
  cfg: "0a1b2c3d",
  token: true,
  ota: {
    sketchSize: 417792,
    sketchMD5: "0123456789ABCDEF0123456789abcdef",
    freeSketchSpace: 540672,
    fsStart: 962560,
    flashMode: 3,
    gzip: true,
    signed: false,
  },
};

describe("readStatus", () => {
  it("reads all that our firmware says", () => {
    const body = { ...chip, api: [{ uri: "/api/node/status", method: "GET" }], labels: { app: "base" }, x: own };
    expect(readStatus(body)).toEqual({
      named: true,
      ours: true,
      configHash: "0a1b2c3d",
      observation: {
        identity: { hostname: "esp_A1B2C3", chipId: 10597059 },
        platform: "esp8266",
        bootId: 190733811,
        uptimeMs: 734211,
        resetReason: "Software/System restart",
        state: "ok",
        freeHeapBytes: 31240,
        rssiDbm: -61,
        needsToken: true,
        firmware: { name: "base", version: "1.4.0", md5: "0123456789abcdef0123456789abcdef", sizeBytes: 417792 },
        labels: { app: "base" },
        endpoints: [{ method: "GET", uri: "/api/node/status" }],
        ota: { flashBytes: 1048576, freeSketchBytes: 540672, fsStart: 962560, flashMode: 3, gzip: true, signed: false },
      },
    });
  });

  it("leaves out what an upstream node does not say, and names it by its chip", () => {
    expect(readStatus(chip)).toEqual({
      named: false,
      ours: false,
      observation: {
        identity: { hostname: "esp_A1B2C3", chipId: 10597059 },
        freeHeapBytes: 31240,
        ota: { flashBytes: 1048576 },
      },
    });
  });

  it("leaves out what makes no sense", () => {
    const nonsense = {
      hostname: "a\u0007b",
      boot: "many",
      uptimeMs: -1,
      rssi: "loud",
      ota: { sketchMD5: "short", flashMode: 0.5 },
    };
    expect(readStatus({ chipId: 1, x: nonsense, api: [7, {}, { uri: "/a", method: "GET" }], labels: [] })).toEqual({
      named: false,
      ours: true,
      observation: { identity: { hostname: "esp_000001", chipId: 1 }, endpoints: [{ method: "GET", uri: "/a" }] },
    });
  });

  it.each(["esp_A1B2C3#2a", "../esp", "a b", "", "x".repeat(33), "esp:1"])("takes %j for no name", (hostname) => {
    expect(readStatus({ chipId: 1, x: { hostname } })).toMatchObject({
      named: false,
      observation: { identity: { hostname: "esp_000001", chipId: 1 } },
    });
  });

  it.each([[undefined], [null], [[]], ["text"], [{}], [{ chipId: "1" }]])("refuses %j", (body) => {
    expect(() => readStatus(body)).toThrow(expect.objectContaining({ code: "SPORE_DEVICE_PROTOCOL" }));
  });

  it("reads any JSON, or refuses it", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        try {
          readStatus(JSON.parse(text));
        } catch (error) {
          expect(isSporeError(error, "SPORE_DEVICE_PROTOCOL")).toBe(true);
        }
      }),
    );
  });
});

describe("isWho", () => {
  const named = readStatus({ ...chip, x: own });
  const nameless = readStatus(chip);

  it.each([
    ["a node by name and chip", named, { hostname: "esp_A1B2C3", chipId: 10597059 }, true],
    ["a node by its name alone", named, { hostname: "esp_A1B2C3" }, true],
    ["another name", named, { hostname: "esp_A1B2C4" }, false],
    ["another name with the same chip", named, { hostname: "kitchen", chipId: 10597059 }, false],
    ["another chip under the same name", named, { hostname: "esp_A1B2C3", chipId: 1 }, false],
    ["a nameless node by its chip", nameless, { hostname: "kitchen", chipId: 10597059 }, true],
    ["a nameless node by the name that follows from its chip", nameless, { hostname: "ESP_a1b2c3" }, true],
    ["another nameless node", nameless, { hostname: "esp_000001" }, false],
  ])("judges %s", (_, status, expected, verdict) => {
    expect(isWho(status, expected)).toBe(verdict);
  });
});

it("sightingOfStatus says what a datagram would say", () => {
  expect(sightingOfStatus(readStatus({ ...chip, labels: { app: "base" }, x: own }), "10.0.0.7", 8080)).toEqual({
    family: "spore",
    address: "10.0.0.7",
    port: 8080,
    hostname: "esp_A1B2C3",
    chipId: 10597059,
    labels: { app: "base" },
    bootId: 190733811,
    uptimeSeconds: 734,
    version: "1.4.0",
    state: "ok",
    freeHeapBytes: 31240,
    rssiDbm: -61,
    configHash: "0a1b2c3d",
  });
});

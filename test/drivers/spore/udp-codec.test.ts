import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { datagramMaxBytes, readDatagram } from "../../../controller/drivers/spore/udp-codec.ts";

const read = (text: string) => readDatagram(Buffer.from(text));
const info =
  '{"freeHeap":31240,"chipId":10597059,"sdkVersion":"2.2.2-dev(38a443e)","cpuFreqMHz":80,"flashChipSize":1048576';

describe("readDatagram", () => {
  it.each([
    ["CLUSTER_DISCOVERY", { kind: "discovery" }],
    ["CLUSTER_RESPONSE", { kind: "response" }],
    ["CLUSTER_RESPONSE:esp_A1B2C3", { kind: "response", hostname: "esp_A1B2C3" }],
    ["CLUSTER_RESPONSE:esp_A1B2C3:10.0.0.7", { kind: "response", hostname: "esp_A1B2C3", address: "10.0.0.7" }],
    ["CLUSTER_HEARTBEAT", { kind: "heartbeat" }],
    ["CLUSTER_HEARTBEAT:esp_A1B2C3", { kind: "heartbeat", hostname: "esp_A1B2C3" }],
    [
      `CLUSTER_NODE_INFO:esp_A1B2C3:${info}}`,
      {
        kind: "details",
        form: "CLUSTER_NODE_INFO",
        hostname: "esp_A1B2C3",
        details: { freeHeapBytes: 31240, chipId: 10597059 },
      },
    ],
    [
      `NODE_UPDATE:esp_A1B2C3:${info},"labels":{"app":"base","version":"1.4.0"},"up":734,"boot":190733811}`,
      {
        kind: "details",
        form: "NODE_UPDATE",
        hostname: "esp_A1B2C3",
        details: {
          freeHeapBytes: 31240,
          chipId: 10597059,
          labels: { app: "base", version: "1.4.0" },
          uptimeSeconds: 734,
          bootId: 190733811,
        },
      },
    ],
    [
      'NODE_UPDATE:h:{"ver":"1.1.0","port":8080,"st":"ota","rx":4096,"cfg":"0a1b2c3d","resources":{"chipId":7,"freeHeap":9}}',
      {
        kind: "details",
        form: "NODE_UPDATE",
        hostname: "h",
        details: {
          version: "1.1.0",
          port: 8080,
          state: "ota",
          receivedBytes: 4096,
          configHash: "0a1b2c3d",
          chipId: 7,
          freeHeapBytes: 9,
        },
      },
    ],
    [
      'CLUSTER_EVENT:{"event":"api/neopattern/color","data":{"color":"#00FF00","brightness":128}}',
      { kind: "event", event: "api/neopattern/color", data: '{"color":"#00FF00","brightness":128}' },
    ],
    ['CLUSTER_EVENT:{"event":"e","data":"text"}', { kind: "event", event: "e", data: "text" }],
    ["RAW:FF000000FF00", { kind: "raw", hex: "FF000000FF00" }],
    ["SPORE_PROBE:1f", { kind: "probe", nonce: "1f" }],
    ["SPORE_PONG:1f:esp_A1B2C3", { kind: "pong", nonce: "1f", hostname: "esp_A1B2C3" }],
  ])("reads %s", (text, message) => {
    expect(read(text)).toEqual(message);
  });

  it.each([
    ["Cluster/Heartbeat:esp_A", { kind: "heartbeat", hostname: "esp_A" }],
    ["node/update:esp_A:{}", { kind: "details", form: "NODE_UPDATE", hostname: "esp_A", details: {} }],
    ["CLUSTER/NODE/UPDATE:esp_A:{}", { kind: "details", form: "NODE_UPDATE", hostname: "esp_A", details: {} }],
    ['cluster/event:{"event":"e"}', { kind: "event", event: "e", data: "" }],
    ["cluster/discovery", { kind: "discovery" }],
  ])("reads the spelling %s of the newest generation", (text, message) => {
    expect(read(text)).toEqual(message);
  });

  it("ignores padding behind a message", () => {
    expect(read("CLUSTER_HEARTBEAT:esp_A\0\0 \r\n")).toEqual({ kind: "heartbeat", hostname: "esp_A" });
  });

  it.each([
    "CLUSTER_HEARTBEAT:",
    "CLUSTER_HEARTBEATesp_A",
    "CLUSTER_HEARTBEAT:a b",
    `CLUSTER_HEARTBEAT:${"x".repeat(33)}`,
    "CLUSTER_RESPONSE:esp_A:nowhere",
    "CLUSTER_RESPONSE:esp_A:10.0.0.7:9",
    "CLUSTER_DISCOVERY:now",
    "NODE_UPDATE:x",
    "NODE_UPDATE:x:{bad",
    "NODE_UPDATE:x:[]",
    "NODE_UPDATE::{}",
    "CLUSTER_NODE_INFO:x:7",
    "CLUSTER_EVENT:{}",
    "CLUSTER_EVENT:null",
    "RAW:xyz",
    "SPORE_PROBE:",
    "SPORE_PROBE:11112222333344445",
    "SPORE_PONG:1:a:b",
  ])("calls %s malformed", (text) => {
    expect(read(text)).toMatchObject({ kind: "malformed" });
  });

  it.each([
    ["", ""],
    ["cluster_heartbeat:esp_A", "cluster_heartbeat"],
    ["SSDP\x07 M-SEARCH", "SSDP??M-SEARCH"],
  ])("does not know %j, and keeps a prefix fit for a log", (text, prefix) => {
    expect(read(text)).toEqual({ kind: "unknown", prefix });
  });

  it("calls what no frame holds malformed", () => {
    expect(readDatagram(Buffer.alloc(datagramMaxBytes + 1, "CLUSTER_HEARTBEAT:x"))).toMatchObject({
      kind: "malformed",
    });
    expect(readDatagram(randomBytes(2000))).toMatchObject({ kind: "malformed" });
  });

  it("takes of a hostile body only what makes sense, and never its prototype", () => {
    const body =
      '{"chipId":-1,"freeHeap":"many","up":1.5,"boot":1e300,"port":70000,"ver":"\\u0007","st":{},"labels":{"a":1,"b":"x","__proto__":"y"}}';
    const message = read(`NODE_UPDATE:h:${body}`);
    const labels = message.kind === "details" ? message.details.labels : undefined;
    expect(message).toMatchObject({ kind: "details", details: { labels: { b: "x" } } });
    const details = Object.entries(message.kind === "details" ? message.details : {});
    expect(details.filter(([, value]) => value !== undefined).map(([name]) => name)).toEqual(["labels"]);
    expect(Object.getPrototypeOf(labels)).toBe(Object.prototype);
    expect(Object.keys(labels ?? {}).sort()).toEqual(["__proto__", "b"]);
  });

  it("answers whatever arrives, after every prefix", () => {
    const prefixes = [
      "CLUSTER_DISCOVERY",
      "CLUSTER_RESPONSE:",
      "CLUSTER_HEARTBEAT:",
      "CLUSTER_NODE_INFO:h:",
      "NODE_UPDATE:h:",
    ];
    const more = ["CLUSTER_EVENT:", "RAW:", "SPORE_PROBE:", "SPORE_PONG:", "cluster/heartbeat:", "node/update:h:", ""];
    const datagram = fc
      .tuple(fc.constantFrom(...prefixes, ...more), fc.oneof(fc.uint8Array({ maxLength: 1500 }), fc.json()))
      .map(([prefix, rest]) => Buffer.concat([Buffer.from(prefix), Buffer.from(rest)]));
    fc.assert(
      fc.property(datagram, (bytes) => {
        expect(readDatagram(bytes).kind).toMatch(/^[a-z]+$/);
      }),
      { numRuns: 2000 },
    );
  });

  it("reads a thousand datagrams of blanks as fast as any others", () => {
    const blanks = Buffer.from(`${" ".repeat(datagramMaxBytes - 2)}x `);
    const before = process.cpuUsage();
    for (let count = 0; count < 1000; count++) expect(readDatagram(blanks).kind).toBe("unknown");
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(500); // milliseconds
  });
});

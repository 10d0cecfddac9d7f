import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  clusterEvent,
  datagramMaxBytes,
  discoveryResponse,
  heartbeat,
  nodeDetails,
  readClusterMessage,
} from "../../../controller/simulator/spore/cluster-messages.ts";
import { profiles } from "../../../controller/simulator/spore/profiles.ts";
import { nodeState } from "../../support/node-state.ts";

const details =
  '{"freeHeap":31240,"chipId":10597059,"sdkVersion":"2.2.2-dev(38a443e)","cpuFreqMHz":80,"flashChipSize":1048576}';
const read = (text: string) => readClusterMessage(Buffer.from(text));

describe("readClusterMessage", () => {
  it.each([
    ["CLUSTER_DISCOVERY", { kind: "discovery" }],
    ["CLUSTER_DISCOVERY\0\r\n ", { kind: "discovery" }],
    ["cluster/discovery", { kind: "discovery" }],
    ["CLUSTER_RESPONSE:esp_A1B2C3", { kind: "response", hostname: "esp_A1B2C3" }],
    ["CLUSTER_RESPONSE:esp_A1B2C3:192.168.4.20", { kind: "response", hostname: "esp_A1B2C3" }],
    ["CLUSTER_HEARTBEAT:esp_A1B2C3", { kind: "heartbeat", hostname: "esp_A1B2C3" }],
    ["Cluster/Heartbeat:esp_A1B2C3", { kind: "heartbeat", hostname: "esp_A1B2C3" }],
    [`CLUSTER_NODE_INFO:esp_A1B2C3:${details}`, { kind: "details", generation: 2, body: { chipId: 10597059 } }],
    [`NODE_UPDATE:esp_A1B2C3:${details}`, { kind: "details", generation: 3, hostname: "esp_A1B2C3" }],
    [`cluster/node/update:esp_A1B2C3:${details}`, { kind: "details", generation: 3 }],
    [`node/update:esp_A1B2C3:${details}`, { kind: "details", generation: 3 }],
    [
      'CLUSTER_EVENT:{"event":"api/neopattern/color","data":{"color":"#00FF00","brightness":128}}',
      { kind: "event", body: { event: "api/neopattern/color" } },
    ],
    ["RAW:FF000000FF00", { kind: "raw", hex: "FF000000FF00" }],
    ["SPORE_PROBE:0a1b", { kind: "probe", nonce: "0a1b" }],
  ])("reads %s", (text, message) => {
    expect(read(text)).toMatchObject(message);
  });

  it.each([
    "",
    "CLUSTER_HEARTBEAT:",
    "CLUSTER_HEARTBEAT:a b",
    `CLUSTER_HEARTBEAT:${"x".repeat(33)}`,
    "cluster_heartbeat:esp_A1B2C3",
    "NODE_UPDATE:x",
    "NODE_UPDATE:x:{bad",
    "NODE_UPDATE:x:[1]",
    "CLUSTER_EVENT:{}",
    "CLUSTER_EVENT:5",
    "RAW:xyz",
    "SPORE_PROBE:",
    "SPORE_PROBE:0123456789abcdef0",
    "CLUSTER_DISCOVERYX",
    "HELLO",
  ])("ignores %o", (text) => {
    expect(read(text)).toBeUndefined();
  });

  it("never throws, whatever the bytes", () => {
    const prefixes = [
      "",
      "CLUSTER_HEARTBEAT:",
      "NODE_UPDATE:x:",
      "CLUSTER_EVENT:",
      "CLUSTER_RESPONSE:",
      "RAW:",
      "SPORE_PROBE:",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...prefixes), fc.uint8Array({ maxLength: 2000 }), (prefix, bytes) => {
        readClusterMessage(Buffer.concat([Buffer.from(prefix), bytes]));
      }),
    );
  });
});

describe("what a node says", () => {
  it("is named after the board", () => {
    expect(heartbeat(nodeState())).toBe("CLUSTER_HEARTBEAT:esp_140001");
    expect(discoveryResponse(nodeState())).toBe("CLUSTER_RESPONSE:esp_140001");
    expect(discoveryResponse(nodeState({ profile: profiles["upstream-g1"] }))).toBe(
      "CLUSTER_RESPONSE:esp_140001:127.20.0.1",
    );
    expect(discoveryResponse(nodeState({ profile: profiles["upstream-g3"] }))).toBeUndefined();
  });

  it("of itself has the upstream keys, and ours where the firmware is ours", () => {
    const chip = ["freeHeap", "chipId", "sdkVersion", "cpuFreqMHz", "flashChipSize"];
    const keysOf = (profile: keyof typeof profiles) => {
      const state = nodeState({ profile: profiles[profile] });
      state.settle(0);
      return Object.keys(JSON.parse(nodeDetails(state, 0, "NODE_UPDATE", 8080).replace(/^[^{]+/, "")));
    };
    expect(keysOf("upstream-g3")).toEqual([...chip, "labels"]);
    expect(keysOf("spore")).toEqual([...chip, "labels", "up", "boot", "ver", "port", "st", "cfg"]);
  });

  it("fits into 500 bytes with eight labels, and says how many it left out", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 8 }), (lengths) => {
        const labels = Object.fromEntries(
          lengths.map((length, index) => [`key-${index}`.padEnd(32, "k"), "ü".repeat(length / 2)]),
        );
        const state = nodeState({ labels });
        state.settle(0);
        const text = nodeDetails(state, 1e9, "CLUSTER_NODE_INFO", 65_535);
        expect(Buffer.byteLength(text)).toBeLessThanOrEqual(datagramMaxBytes);
        const { labels: sent = {}, lx = 0 } = JSON.parse(text.slice(text.indexOf("{")));
        expect(Object.keys(sent).length + lx).toBe(lengths.length + 1);
      }),
    );
  });

  it("of an event fits into a datagram, or is not said", () => {
    expect(clusterEvent("x", { a: 1 })).toBe('CLUSTER_EVENT:{"event":"x","data":{"a":1}}');
    expect(clusterEvent("x", "y".repeat(500))).toBeUndefined();
  });
});

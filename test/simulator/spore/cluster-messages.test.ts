import { readFileSync } from "node:fs";
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

const golden: {
  readonly accepted: readonly { readonly text: string; readonly kind: string; readonly hostname?: string }[];
  readonly malformed: readonly string[];
  readonly unknown: readonly string[];
} = JSON.parse(readFileSync(new URL("../../golden/spore-datagrams.json", import.meta.url), "utf8"));

const read = (text: string) => readClusterMessage(Buffer.from(text));

describe("readClusterMessage", () => {
  it.each(golden.accepted)("reads $text", ({ text, kind, hostname }) => {
    const generations: Record<string, object> = {
      nodeInfo: { kind: "details", generation: 2 },
      nodeUpdate: { kind: "details", generation: 3 },
    };
    const message = read(text);
    expect(message).toMatchObject(generations[kind] ?? { kind });
    expect(message && "hostname" in message ? message.hostname : undefined).toBe(hostname);
  });

  it.each([...golden.malformed, ...golden.unknown])("ignores %o", (text) => {
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
    expect(keysOf("spore")).toEqual([...chip, "labels", "up", "boot", "ver", "port", "st", "cfg", "md5"]);
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
    const upstream = nodeState({ profile: profiles["upstream-g3"] });
    expect(clusterEvent(upstream, "x", { a: 1 })).toBe('CLUSTER_EVENT:{"event":"x","data":{"a":1}}');
    expect(clusterEvent(nodeState(), "x", 1)).toBe('CLUSTER_EVENT:{"event":"x","data":1,"src":"esp_140001"}');
    expect(clusterEvent(upstream, "x", "y".repeat(500))).toBeUndefined();
  });
});

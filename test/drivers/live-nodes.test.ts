import { beforeEach, describe, expect, it } from "vitest";
import type { LiveEvent } from "../../controller/api/live-source.ts";
import type { Sighting } from "../../controller/drivers/driver.ts";
import { LiveNodes } from "../../controller/drivers/live-nodes.ts";
import { nodeNameOf } from "../../controller/drivers/node-name.ts";
import { Sightings } from "../../controller/drivers/sightings.ts";
import { ManualClock } from "../support/manual-clock.ts";

let clock: ManualClock;
let table: Sightings;
let live: LiveNodes;
let stop: AbortController;

beforeEach(() => {
  clock = new ManualClock(Date.UTC(2026, 10, 20, 18));
  table = new Sightings(clock);
  live = new LiveNodes(clock, table);
  stop = new AbortController();
});

function hear(hostname: string, more: Partial<Sighting> = {}): void {
  table.heard({ family: "spore", address: `10.0.0.${hostname.charCodeAt(hostname.length - 1)}`, hostname, ...more });
}

/** Collects what a watch yields; `lines` grows while time is moved. */
function watching(after: number): string[] {
  const lines: string[] = [];
  const line = ({ type, object }: LiveEvent) => `${type} ${object.metadata.name} ${object.metadata.resourceVersion}`;
  void (async () => {
    for await (const event of live.watch(after, stop.signal)) lines.push(line(event));
    lines.push("ended");
  })();
  return lines;
}

describe("LiveNodes", () => {
  it("lists what the table knows under the name of the Node", async () => {
    hear("esp_B");
    hear("esp_A", { freeHeapBytes: 30_000, version: "1.0.0" });
    await clock.advance(1500);
    expect(live.list().map(({ metadata }) => metadata.name)).toEqual(["esp-a", "esp-b"]);
    expect(live.get("esp-a")?.status).toEqual({
      phase: "Active",
      address: "10.0.0.65",
      freeHeapBytes: 30_000,
      version: "1.0.0",
      lastSeen: "2026-11-20T18:00:00.000Z",
    });
  });

  it("shows a transfer with what the device says it received", () => {
    hear("esp_A");
    table.setTransfer("spore/esp_A", { totalBytes: 1000, sentBytes: 900 });
    hear("esp_A", { state: "ota", receivedBytes: 400 });
    expect(live.get("esp-a")?.status.transfer).toEqual({ totalBytes: 1000, sentBytes: 900, receivedBytes: 400 });
    table.setTransfer("spore/esp_A", undefined);
    expect(live.get("esp-a")?.status.transfer).toBeUndefined();
  });

  it("watch tells what came, changed and went, in order of revision", async () => {
    const lines = watching(0);
    await clock.settle();
    hear("esp_A");
    await clock.advance(250);
    hear("esp_B");
    hear("esp_A");
    await clock.advance(250);
    expect(lines).toEqual(["ADDED esp-a 1", "ADDED esp-b 2", "MODIFIED esp-a 3"]);
    await clock.advance(300_000);
    expect(lines.filter((line) => line.startsWith("DELETED"))).toEqual(["DELETED esp-b 8", "DELETED esp-a 9"]);
  });

  it("watch merges changes of one device that come faster than they are taken", async () => {
    hear("esp_A");
    const lines = watching(live.revision());
    await clock.settle();
    for (let n = 0; n < 100; n++) hear("esp_A");
    await clock.advance(250);
    expect(lines).toEqual(["MODIFIED esp-a 101"]);
  });

  it("watch goes on from a revision without telling the same again", async () => {
    hear("esp_A");
    const after = live.revision();
    hear("esp_B");
    const lines = watching(after);
    await clock.settle();
    expect(lines).toEqual(["ADDED esp-b 2"]);
  });

  it("watch reports a deletion that happened before it came back", async () => {
    hear("esp_A");
    const after = live.revision();
    await clock.advance(300_000);
    const lines = watching(after);
    await clock.settle();
    expect(lines).toEqual([`DELETED esp-a ${live.revision()}`]);
  });

  it("watch refuses a revision of another process", async () => {
    await expect(live.watch(7, stop.signal).next()).rejects.toThrow(expect.objectContaining({ code: "SPORE_EXPIRED" }));
  });

  it("watch refuses a revision whose deletions are forgotten", async () => {
    for (let n = 0; n < 4100; n++)
      table.heard({ family: "spore", hostname: `esp${n}`, address: `10.1.${n >> 8}.${n & 255}` });
    await clock.advance(300_000);
    await expect(live.watch(1, stop.signal).next()).rejects.toThrow(expect.objectContaining({ code: "SPORE_EXPIRED" }));
  });

  it("watch ends when it is told to", async () => {
    const lines = watching(0);
    await clock.settle();
    stop.abort();
    await clock.settle();
    expect(lines).toEqual(["ended"]);
  });

  it("setName moves a device to the name of its Node", async () => {
    hear("esp_A");
    const lines = watching(live.revision());
    await clock.settle();
    live.setName("spore/esp_A", "kitchen");
    await clock.advance(250);
    expect(lines).toEqual(["DELETED esp-a 2", "ADDED kitchen 3"]);
    expect(live.get("esp-a")).toBeUndefined();
  });

  it("gives two devices whose names are equal as DNS labels two names", () => {
    hear("esp_A", { chipId: 1 });
    hear("esp-A", { chipId: 2, address: "10.9.9.9" });
    expect(live.list().map(({ metadata }) => metadata.name)).toEqual(["esp-a", "esp-a-2"]);
  });
});

it.each([
  ["esp_A1B2C3", "esp-a1b2c3"],
  ["--Kitchen  Lamp__", "kitchen-lamp"],
  [`${"x".repeat(62)}_y`, `${"x".repeat(62)}`],
  ["___", ""],
])("nodeNameOf makes %s a DNS label", (hostname, name) => {
  expect(nodeNameOf(hostname)).toBe(name);
});

import { describe, expect, it } from "vitest";
import { Node } from "../../../controller/api/node.ts";
import type { Sighting } from "../../../controller/drivers/driver.ts";
import { Sightings } from "../../../controller/drivers/sightings.ts";
import { ManualClock } from "../../support/manual-clock.ts";
import { type Cluster, eventually, never, startCluster, startControl, stateOf } from "../control-plane.ts";
import { fastClock, pass } from "../lab.ts";

// Nothing serves at these addresses; what is heard is all there is.
const sighting = (more: Partial<Sighting> = {}): Sighting => ({
  family: "spore",
  address: "127.99.0.1",
  port: 9,
  hostname: "esp_A1B2C3",
  chipId: 0xa1b2c3,
  ...more,
});

async function start() {
  const cluster = await startCluster(fastClock);
  const sightings = new Sightings(fastClock);
  await startControl(cluster, { sightings });
  return { cluster, sightings };
}

const there = (node: Node | undefined) => node !== undefined;
const names = async ({ client }: Cluster) =>
  (await client.list(Node, {}, never)).items.map(({ metadata }) => metadata.name).sort();

describe("discovery", () => {
  it("makes a Node of what is heard, with its claims as labels, and keeps them current", async () => {
    const { cluster, sightings } = await start();
    sightings.heard(sighting({ labels: { app: "lab", note: "no label" } }));
    const node = await eventually(cluster.client, Node, "esp-a1b2c3", there);
    expect(node?.metadata.labels).toMatchObject({ "spore.dev/hostname": "esp_A1B2C3", "device.spore.dev/app": "lab" });
    expect(node?.metadata.labels).not.toHaveProperty("device.spore.dev/note");
    expect(node?.spec.owner).toBeUndefined();
  });

  it("makes none of a device that does not say its name", async () => {
    const { cluster, sightings } = await start();
    const { hostname: _, ...nameless } = sighting();
    sightings.heard(nameless);
    await pass(cluster, 2_000);
    expect(await names(cluster)).toEqual([]);
  });

  it("never merges two devices of one name: the second gets its chip id, and both a conflict", async () => {
    const { cluster, sightings } = await start();
    sightings.heard(sighting());
    await eventually(cluster.client, Node, "esp-a1b2c3", there);
    sightings.heard(sighting({ address: "127.99.0.2", chipId: 0xffffff }));
    await eventually(
      cluster.client,
      Node,
      "esp-a1b2c3-ffffff",
      (node) => stateOf(node, "Conflict") === "True IdentityConflict",
    );
    await eventually(
      cluster.client,
      Node,
      "esp-a1b2c3",
      (node) => stateOf(node, "Conflict") === "True IdentityConflict",
    );
    expect(await names(cluster)).toEqual(["esp-a1b2c3", "esp-a1b2c3-ffffff"]);
  });

  it("makes no second Node for a device that a declared one pins", async () => {
    const { cluster, sightings } = await start();
    const spec = { family: "spore" as const, address: "127.99.0.1:9" };
    await cluster.client.create(Node, { metadata: { name: "kitchen" }, spec }, { signal: never });
    await pass(cluster, 500);
    sightings.heard(sighting());
    await pass(cluster, 3_000);
    expect(await names(cluster)).toEqual(["kitchen"]);
  });

  it("leaves people's labels alone", async () => {
    const { cluster, sightings } = await start();
    sightings.heard(sighting());
    await eventually(cluster.client, Node, "esp-a1b2c3", there);
    const body = { metadata: { labels: { room: "lab" } } };
    await cluster.client.patch(Node, { name: "esp-a1b2c3" }, { type: "merge", body }, { signal: never });
    const moved = { labels: { app: "new" }, address: "127.99.0.7" };
    sightings.heard(sighting(moved));
    await eventually(
      cluster.client,
      Node,
      "esp-a1b2c3",
      (node) => node?.metadata.labels?.["spore.dev/address"] === "127.99.0.7",
    );
    expect((await cluster.client.get(Node, { name: "esp-a1b2c3" }, never))?.metadata.labels).toMatchObject({
      room: "lab",
    });
  });

  it("deletes what nobody cares about after a day of silence, and nothing else", async () => {
    const clock = new ManualClock();
    const cluster = await startCluster(clock);
    const sightings = new Sightings(clock);
    await startControl(cluster, { sightings });
    sightings.heard(sighting());
    sightings.heard(sighting({ hostname: "esp_000002", chipId: 2, address: "127.99.0.2" }));
    const settle = async () => {
      for (let round = 0; round < 60; round++) await clock.advance(250);
    };
    await settle();
    expect(await names(cluster)).toEqual(["esp-000002", "esp-a1b2c3"]);
    const body = { metadata: { labels: { room: "lab" } } };
    await cluster.client.patch(Node, { name: "esp-000002" }, { type: "merge", body }, { signal: never });
    await clock.advance(23 * 3_600_000);
    expect(await names(cluster)).toEqual(["esp-000002", "esp-a1b2c3"]);
    await clock.advance(2 * 3_600_000);
    await settle();
    expect(await names(cluster)).toEqual(["esp-000002"]);
  });
});

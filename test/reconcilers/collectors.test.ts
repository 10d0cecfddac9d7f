import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Event } from "../../controller/api/core-kinds.ts";
import { imageMaxBytes } from "../../controller/base/limits.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { collectArtifacts } from "../../controller/reconcilers/artifact-collector.ts";
import { expireEvents } from "../../controller/reconcilers/event-expiry.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { never, pushFirmware, startCluster } from "./control-plane.ts";

const dayMs = 24 * 3_600_000;

describe("the artifact collector", () => {
  it("deletes an image that nobody names, once whoever uploaded it had a day to name it", async () => {
    const clock = new ManualClock();
    const cluster = await startCluster(clock);
    const { client, blobs } = cluster;
    const kept = await pushFirmware(cluster, "kept", "1.0.0", simulatedImage({ name: "kept", version: "1.0.0" }));
    const bytes = new Uint8Array([1, 2, 3]);
    const stray = createHash("sha256").update(bytes).digest("hex");
    await blobs.put(
      stray,
      (async function* () {
        yield bytes;
      })(),
      imageMaxBytes,
    );
    const stored = async () => (await blobs.list()).map(({ digest }) => digest).sort();
    await clock.advance(dayMs / 2);
    await collectArtifacts({ client, blobs, clock, log: silentLogger }, never);
    expect(await stored()).toEqual([kept, stray].sort());
    await clock.advance(dayMs);
    await collectArtifacts({ client, blobs, clock, log: silentLogger }, never);
    expect(await stored()).toEqual([kept]);
  });
});

describe("event expiry", () => {
  it("deletes Events that nothing was added to for an hour", async () => {
    const clock = new ManualClock();
    const { client } = await startCluster(clock);
    const event = async (name: string, agoMs: number) => {
      const lastTimestamp = `${new Date(clock.now() - agoMs).toISOString().slice(0, 19)}Z`;
      const involvedObject = { kind: "Node", name: "n" };
      await client.create(
        Event,
        { metadata: { name, namespace: "default" }, involvedObject, lastTimestamp },
        { signal: never },
      );
    };
    await event("old", 61 * 60_000);
    await event("young", 59 * 60_000);
    await expireEvents(client, clock, never);
    const { items } = await client.list(Event, {}, never);
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["young"]);
  });
});

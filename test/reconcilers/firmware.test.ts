import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Firmware } from "../../controller/api/firmware.ts";
import { imageMaxBytes } from "../../controller/base/limits.ts";
import { simulatedImage } from "../../controller/simulator/spore/simulated-image.ts";
import { type Cluster, eventually, never, pushFirmware, startCluster, startControl, stateOf } from "./control-plane.ts";
import { fastClock } from "./lab.ts";

const image = simulatedImage({ name: "lab-sensor", version: "1.1.0" });
const digest = createHash("sha256").update(image).digest("hex");

async function start() {
  const cluster = await startCluster(fastClock);
  await startControl(cluster);
  return cluster;
}

async function declare({ client }: Cluster, spec: { version?: string; size?: number; sha256?: string } = {}) {
  const { version = "1.1.0", size = image.byteLength, sha256 = digest } = spec;
  const artifacts = [{ path: "sensor.bin", role: "image" as const, size, sha256 }];
  const metadata = { name: "sensor", namespace: "default" };
  await client.create(
    Firmware,
    { metadata, spec: { family: "spore", platform: "esp8266", version, artifacts } },
    { signal: never },
  );
}

async function upload({ blobs }: Cluster, bytes: Uint8Array) {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await blobs.put(
    sha256,
    (async function* () {
      yield bytes;
    })(),
    imageMaxBytes,
  );
  return sha256;
}

const is = (state: string) => (firmware: Firmware | undefined) => stateOf(firmware, "Ready") === state;

describe("a Firmware", () => {
  it("whose image nobody has uploaded says which command does, and becomes Ready when it came", async () => {
    const cluster = await start();
    await declare(cluster);
    const missing = await eventually(cluster.client, Firmware, "sensor", is("False ImageMissing"));
    const message = missing?.status?.conditions?.find(({ type }) => type === "Ready")?.message;
    expect(message).toContain("sporectl firmware push sensor sensor.bin");
    await upload(cluster, image);
    const ready = await eventually(cluster.client, Firmware, "sensor", is("True Verified"));
    expect(ready?.status?.image).toMatchObject({
      format: "esp8266",
      name: "lab-sensor",
      version: "1.1.0",
      platform: "esp8266",
    });
    expect(stateOf(ready, "Verified")).toBe("True Verified");
  });

  it("whose image is none is not Ready, and says why", async () => {
    const cluster = await start();
    await pushFirmware(cluster, "sensor", "1.1.0", image.slice(0, image.byteLength - 40));
    const broken = await eventually(cluster.client, Firmware, "sensor", is("False InvalidImage"));
    expect(stateOf(broken, "Stalled")).toBe("True InvalidImage");
    expect(broken?.status?.image).toBeUndefined();
  });

  it("that declares another version, or another size, than its image has is not Ready", async () => {
    const cluster = await start();
    await upload(cluster, image);
    await declare(cluster, { version: "9.9.9" });
    await eventually(cluster.client, Firmware, "sensor", is("False DeclaredDifferently"));
    const body = {
      spec: { version: "1.1.0", artifacts: [{ path: "sensor.bin", role: "image", size: 5, sha256: digest }] },
    };
    await cluster.client.patch(
      Firmware,
      { namespace: "default", name: "sensor" },
      { type: "merge", body },
      { signal: never },
    );
    await eventually(cluster.client, Firmware, "sensor", is("False SizeMismatch"));
  });
});

import { createHash } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import type { Firmware } from "../../controller/api/firmware.ts";
import { openBlobStore } from "../../controller/artifacts/blob-store.ts";
import { SporeError } from "../../controller/base/errors.ts";
import { silentLogger } from "../../controller/base/log.ts";
import { imageMirror } from "../../controller/spored/image-mirror.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const images = new Map(
  ["one", "two"].map((text) => [createHash("sha256").update(text).digest("hex"), Buffer.from(text)]),
);
const missing = "0".repeat(64);

it("imageMirror copies what Firmwares name and somebody has uploaded, while another process leads", async () => {
  const directory = await temporaryDirectory();
  const blobs = await openBlobStore(directory.path);
  const clock = new ManualClock();
  const read: string[] = [];
  let leads = false;
  const digests = [missing, ...images.keys()];
  const firmware: Firmware = {
    apiVersion: "spore.dev/v1alpha1",
    kind: "Firmware",
    metadata: { name: "f", namespace: "default" },
    spec: {
      family: "spore",
      platform: "esp8266",
      version: "1.0.0",
      artifacts: digests.map((sha256) => ({ path: "f.bin", role: "image", size: 3, sha256 })),
    },
  };
  const leaders = {
    async read(digest: string) {
      read.push(digest);
      const bytes = images.get(digest);
      if (bytes) return bytes;
      throw new SporeError("SPORE_IMAGE_MISSING", "nobody has uploaded it");
    },
  };
  const options = { blobs, leaders, firmwares: () => [firmware], isLeading: () => leads, clock, log: silentLogger };
  const stop = new AbortController();
  const running = imageMirror(options).run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
    await directory[Symbol.asyncDispose]();
  });
  await clock.advance(20_000);
  await expect.poll(() => read).toEqual(digests);
  await expect
    .poll(async () => (await blobs.list()).map(({ digest }) => digest).sort())
    .toEqual([...images.keys()].sort());
  await clock.advance(20_000);
  await expect.poll(() => read).toEqual([...digests, missing]); // what is here is not asked for again
  leads = true;
  await clock.advance(60_000);
  expect(read.length).toBe(digests.length + 1);
});

import { expect, it } from "vitest";
import { FactsCache } from "../../controller/artifacts/facts-cache.ts";
import { SporeError } from "../../controller/base/errors.ts";
import { sampleImage } from "../support/sample-images.ts";

const code = (wanted: string) => expect.objectContaining({ code: wanted });

it("FactsCache reads an image once, also for callers at the same time", async () => {
  let reads = 0;
  const cache = new FactsCache(async () => {
    reads++;
    return sampleImage();
  });
  const [first, second] = await Promise.all([cache.get("a"), cache.get("a")]);
  expect(first.descriptor?.version).toBe("1.1.0");
  expect(await cache.get("a")).toBe(second);
  expect(reads).toBe(1);
});

it("FactsCache asks again for a blob that was missing", async () => {
  const blobs = new Map<string, Uint8Array>();
  const cache = new FactsCache(async (digest) => {
    const blob = blobs.get(digest);
    if (!blob) throw new SporeError("SPORE_IMAGE_MISSING", `There is no ${digest}.`);
    return blob;
  });
  await expect(cache.get("a")).rejects.toThrow(code("SPORE_IMAGE_MISSING"));
  blobs.set("a", sampleImage());
  await expect(cache.get("a")).resolves.toMatchObject({ format: "esp8266" });
});

it("FactsCache remembers that an image is invalid", async () => {
  let reads = 0;
  const cache = new FactsCache(async () => {
    reads++;
    return Buffer.from("not an image");
  });
  for (let time = 0; time < 2; time++) await expect(cache.get("a")).rejects.toThrow(code("SPORE_IMAGE_INVALID"));
  expect(reads).toBe(1);
});

it("FactsCache is bounded and drops what was not asked for longest", async () => {
  const reads: string[] = [];
  const image = sampleImage();
  const cache = new FactsCache(async (digest) => {
    reads.push(digest);
    return image;
  });
  await cache.get("kept");
  for (let n = 0; n < 300; n++) {
    await cache.get(`other-${n}`);
    await cache.get("kept");
  }
  await cache.get("other-0");
  expect(reads.filter((digest) => digest === "kept")).toHaveLength(1);
  expect(reads.filter((digest) => digest === "other-0")).toHaveLength(2);
});

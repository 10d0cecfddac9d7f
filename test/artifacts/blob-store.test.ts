import { createHash } from "node:crypto";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { openBlobStore } from "../../controller/artifacts/blob-store.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";

const image = new TextEncoder().encode("an image, more or less".repeat(1000));
const digest = sha256(image);
const maxBytes = 1 << 20;

describe("BlobStore", () => {
  let directory: string;
  const clock = new ManualClock();

  beforeEach(() => {
    directory = directoryOfTest();
  });

  it("gives back what was put, whole and in parts", async () => {
    const blobs = await openBlobStore(directory, clock);
    expect(await blobs.put(digest, inChunks(image, 7), maxBytes)).toBe("created");
    expect(Buffer.compare(await blobs.read(digest), image)).toBe(0);
    expect(await collect(blobs.stream(digest, 10, 99))).toEqual(Buffer.from(image.subarray(10, 100)));
    expect(await blobs.stat(digest)).toEqual({ digest, sizeBytes: image.length, storedAtMs: clock.now() });
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
  });

  it("does not read an upload of what it has, and makes it young again", async () => {
    const blobs = await openBlobStore(directory, clock);
    await blobs.put(digest, inChunks(image, 4096), maxBytes);
    await clock.advance(60_000);
    expect(await blobs.put(digest, never(), maxBytes)).toBe("exists");
    expect((await blobs.stat(digest))?.storedAtMs).toBe(clock.now());
  });

  it("refuses other bytes than the digest says, and leaves nothing behind", async () => {
    const blobs = await openBlobStore(directory);
    const other = sha256(new Uint8Array(3));
    await expect(blobs.put(other, inChunks(image, 4096), maxBytes)).rejects.toMatchObject({
      code: "SPORE_BAD_REQUEST",
    });
    await expect(blobs.put(digest, inChunks(image, 512), 1024)).rejects.toMatchObject({ code: "SPORE_TOO_LARGE" });
    await expect(blobs.put(digest, broken(), maxBytes)).rejects.toThrow("the sender hung up");
    expect(await blobs.list()).toEqual([]);
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
  });

  it.each(["", "../../etc/passwd", digest.toUpperCase(), `${digest}0`])("refuses %j as a digest", async (text) => {
    const blobs = await openBlobStore(directory);
    await expect(blobs.stat(text)).rejects.toMatchObject({ code: "SPORE_BAD_REQUEST" });
    await expect(blobs.put(text, never(), maxBytes)).rejects.toMatchObject({ code: "SPORE_BAD_REQUEST" });
  });

  it("says what is missing, and notices a file that rotted", async () => {
    const blobs = await openBlobStore(directory);
    await expect(blobs.read(digest)).rejects.toMatchObject({ code: "SPORE_IMAGE_MISSING" });
    await expect(collect(blobs.stream(digest, 0, 9))).rejects.toMatchObject({ code: "SPORE_IMAGE_MISSING" });
    await writeFile(join(directory, "sha256", digest), "rotten");
    await expect(blobs.read(digest)).rejects.toMatchObject({ code: "SPORE_STORE_CORRUPT" });
  });

  it("lists and deletes blobs, and only blobs", async () => {
    const blobs = await openBlobStore(directory, clock);
    await blobs.put(digest, inChunks(image, 4096), maxBytes);
    await writeFile(join(directory, "sha256", "README"), "not a blob");
    expect(await blobs.list()).toEqual([{ digest, sizeBytes: image.length, storedAtMs: clock.now() }]);
    expect([await blobs.delete(digest), await blobs.delete(digest)]).toEqual([true, false]);
    expect(await blobs.list()).toEqual([]);
  });

  it("forgets unfinished uploads of an earlier process and keeps its blobs", async () => {
    await (await openBlobStore(directory)).put(digest, inChunks(image, 4096), maxBytes);
    await writeFile(join(directory, "incoming", "half"), "half");
    const reopened = await openBlobStore(directory);
    expect(await readdir(join(directory, "incoming"))).toEqual([]);
    expect((await reopened.read(digest)).length).toBe(image.length);
  });

  it("names a directory that it cannot use", async () => {
    const file = join(directory, "file");
    await writeFile(file, "");
    await expect(openBlobStore(file)).rejects.toMatchObject({ code: "SPORE_DATA_DIR_UNUSABLE" });
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

// biome-ignore lint/correctness/useYield: the point is that nobody asks it for a chunk
async function* never(): AsyncGenerator<Uint8Array> {
  throw new Error("nobody should read this");
}

async function* broken(): AsyncGenerator<Uint8Array> {
  yield image.subarray(0, 100);
  throw new Error("the sender hung up");
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

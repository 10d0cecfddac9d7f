import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packHostImage } from "../../controller/artifacts/host-image-writer.ts";
import { parseImage } from "../../controller/artifacts/parse-image.ts";
import { isSporeError, SporeError } from "../../controller/base/errors.ts";
import { sampleEsp32Image, sampleImage, withSignature } from "../support/sample-images.ts";

const image = sampleImage();

/** The reason of the refusal, or `none`. Anything but a typed refusal fails the test. */
async function refusal(file: Uint8Array): Promise<string> {
  try {
    await parseImage(file);
    return "none";
  } catch (error) {
    if (!isSporeError(error, "SPORE_IMAGE_INVALID")) throw error;
    return error.details.causes?.[0]?.reason ?? "no reason";
  }
}

function changed(change: (copy: Buffer) => void, file: Uint8Array = image): Buffer {
  const copy = Buffer.from(file);
  change(copy);
  return copy;
}

describe("parseImage", () => {
  it("reads what an ESP8266 image says", async () => {
    const facts = await parseImage(image);
    expect(facts).toMatchObject({
      format: "esp8266",
      compression: "none",
      chip: "esp8266",
      platform: "esp8266",
      fileBytes: image.length,
      imageBytes: image.length,
      flashMode: 3,
      flashBytes: 1024 * 1024,
      entry: 0x40100000,
      descriptor: {
        name: "lab-sensor",
        version: "1.1.0",
        fsStart: 0xeb000,
        builtAt: "20261120T184507Z",
        minGeneration: 3,
      },
      md5: createHash("md5").update(image).digest("hex"),
    });
    expect(facts.checks.map(({ verdict }) => verdict)).toEqual(facts.checks.map(() => "passed"));
  });

  it("finds the same image inside gzip", async () => {
    const raw = await parseImage(image);
    const packed = await parseImage(gzipSync(image));
    expect(packed).toMatchObject({ compression: "gzip", imageBytes: image.length, fileBytes: gzipSync(image).length });
    expect(packed.descriptor).toEqual(raw.descriptor);
    expect(packed.flashMd5).toEqual([raw.md5]);
  });

  it.each([
    ["a raw image", withSignature(image)],
    ["a gzip file", withSignature(gzipSync(image))],
  ])("measures the signature behind %s", async (_, file) => {
    expect(await parseImage(file)).toMatchObject({
      signatureBytes: 256,
      fileBytes: file.length,
      imageBytes: image.length,
    });
  });

  it("reads what an ESP32 image says", async () => {
    expect(await parseImage(sampleEsp32Image())).toMatchObject({
      format: "esp32",
      chip: "esp32-c3",
      platform: "esp32",
      flashMode: 2,
      flashBytes: 4 * 1024 * 1024,
      descriptor: { name: "thermostat", version: "2.5.1", builtAt: "Nov 20 2026 18:45:07" },
      flashMd5: [],
    });
  });

  it("knows a host program without being told", async () => {
    const program = Buffer.concat([Buffer.from("7f454c46", "hex"), Buffer.alloc(1000)]);
    expect(await parseImage(packHostImage({ program, key: Buffer.alloc(32) }))).toMatchObject({ platform: "host" });
  });

  it("takes an odd CRC for a warning, because older cores keep something else there", async () => {
    const facts = await parseImage(changed((copy) => copy.writeUInt32LE(1, 0x1014)));
    expect(facts.checks).toContainEqual(expect.objectContaining({ name: "crc", verdict: "warned" }));
  });

  it("takes words that are no length for a part of the program, as in images of older cores", async () => {
    const old = changed((copy) => copy.fill(0x77, 0x1010, 0x1018));
    const facts = await parseImage(old);
    expect(facts.checks).toContainEqual(expect.objectContaining({ name: "crc", verdict: "warned" }));
  });

  it("ignores a descriptor whose CRC is wrong, and says so", async () => {
    const twice = changed((copy) => {
      const at = copy.indexOf("SPOREFW1");
      const flipped = copy.readUInt8(at + 40);
      copy.writeUInt8(flipped ^ 1, at + 40);
      copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1);
    });
    const facts = await parseImage(twice);
    expect(facts.descriptor).toBeUndefined();
    expect(facts.checks).toContainEqual(expect.objectContaining({ name: "descriptor", verdict: "warned" }));
  });

  it.each([
    ["nothing", new Uint8Array(), "Truncated"],
    ["another kind of file", Buffer.from("MZ this is not firmware"), "Magic"],
    ["a version 2 image", changed((copy) => copy.writeUInt8(0xea, 0)), "Unsupported"],
    [
      "an image of another SDK",
      Buffer.from("e9010320000010400000104004000000deadbeef0000000000000000000000cd", "hex"),
      "Unsupported",
    ],
    ["17 segments", changed((copy) => copy.writeUInt8(17, 0x1001)), "Segments"],
    ["a segment length that is no multiple of 4", changed((copy) => copy.writeUInt32LE(13, 0x100c)), "Segments"],
    ["a segment that runs past the end", changed((copy) => copy.writeUInt32LE(0xfffffffc, 0x100c)), "Truncated"],
    [
      "a flipped bit in the program",
      changed((copy) => copy.writeUInt8(copy.readUInt8(0x1400) ^ 4, 0x1400)),
      "Checksum",
    ],
    [
      "a flipped bit in the boot loader",
      changed((copy) => copy.writeUInt8(copy.readUInt8(0x10) ^ 4, 0x10)),
      "Checksum",
    ],
    ["other flash headers", changed((copy) => copy.writeUInt8(2, 0x1002)), "FlashHeader"],
    ["an unknown flash mode", changed((copy) => [2, 0x1002].map((at) => copy.writeUInt8(9, at))), "FlashHeader"],
    ["an entry point in the data memory", changed((copy) => copy.writeUInt32LE(0x3ffe8000, 0x1004)), "Addresses"],
    ["bytes behind the image", Buffer.concat([image, Buffer.alloc(16)]), "TrailingBytes"],
    ["a signature of the wrong length", withSignature(image).subarray(0, -1), "TrailingBytes"],
    ["a gzip file that was cut", gzipSync(image).subarray(0, -9), "Gzip"],
    [
      "a gzip file with a wrong CRC",
      changed((copy) => copy.writeUInt32LE(1, copy.length - 8), gzipSync(image)),
      "Gzip",
    ],
    [
      "a gzip file with a wrong length",
      changed((copy) => copy.writeUInt32LE(1, copy.length - 4), gzipSync(image)),
      "Gzip",
    ],
    ["two gzip members", Buffer.concat([gzipSync(image), gzipSync(image)]), "TrailingBytes"],
    ["gzip in gzip", gzipSync(gzipSync(image)), "Gzip"],
    ["a gzip bomb", gzipSync(Buffer.alloc(64 * 1024 * 1024)), "TooLarge"],
    [
      "an ESP32 image with a wrong hash",
      changed((copy) => copy.writeUInt8(1, copy.length - 1), sampleEsp32Image()),
      "Checksum",
    ],
    ["an ESP32 image that was cut", sampleEsp32Image().subarray(0, -1), "Truncated"],
    [
      "an image made of beginnings of descriptors, each of which costs a CRC",
      hostProgram("SPOREFW1".repeat(300)),
      "Descriptor",
    ],
    ["a host program that claims to be for the chip", hostProgramThatClaims("esp8266"), "Platform"],
  ])("refuses %s", async (_, file, reason) => {
    expect(await refusal(file)).toBe(reason);
  });

  it("refuses every shorter version of an image", async () => {
    const file = sampleImage({}, 0x1400);
    const reasons = new Set<string>();
    for (let length = 0; length < file.length; length++) reasons.add(await refusal(file.subarray(0, length)));
    expect([...reasons].sort()).toEqual(["Truncated", "Unsupported"]);
  });

  it("refuses every shorter version of a gzip file", async () => {
    const file = gzipSync(image);
    for (let length = 0; length < file.length; length += 7)
      expect(await refusal(file.subarray(0, length))).not.toBe("none");
  });

  it("notices any changed byte of the program", async () => {
    const at = fc.integer({ min: 0x1020, max: image.length - 64 });
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 1, max: 255 }), async (offset, flip) => {
        const copy = changed((bytes) => bytes.writeUInt8(bytes.readUInt8(offset) ^ flip, offset));
        expect(await refusal(copy)).not.toBe("none");
      }),
    );
  });

  it("answers any bytes with facts or a typed refusal", async () => {
    const anchors = [image, gzipSync(image), sampleEsp32Image(), withSignature(image)];
    const edit = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
    const mutated = fc
      .record({ file: fc.constantFrom(...anchors), edits: fc.array(edit, { maxLength: 40 }), keep: fc.nat() })
      .map(({ file, edits, keep }) => {
        const copy = Buffer.from(file);
        for (const { at, value } of edits) copy.writeUInt8(value, (at % 3 === 0 ? at % 64 : at) % copy.length);
        return keep % 3 === 0 ? copy.subarray(0, keep % copy.length) : copy;
      });
    const noise = fc.uint8Array({ maxLength: 6000 });
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, noise), async (file) => {
        await parseImage(file).catch((error: unknown) => expect(error).toBeInstanceOf(SporeError));
      }),
      { numRuns: 500 },
    );
  });
});

function hostProgramThatClaims(platform: "esp8266"): Uint8Array {
  const donor = Buffer.from(sampleImage({ platform }));
  const descriptor = donor.subarray(donor.indexOf("SPOREFW1"), donor.indexOf("SPOREFW1") + 128);
  return hostProgram(descriptor);
}

function hostProgram(content: string | Uint8Array): Uint8Array {
  const program = Buffer.concat([Buffer.from("7f454c46", "hex"), Buffer.alloc(60), Buffer.from(content)]);
  return packHostImage({ program, key: Buffer.alloc(32) });
}

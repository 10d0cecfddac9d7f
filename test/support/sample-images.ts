import { createHash } from "node:crypto";
import { encodeDescriptor, type FirmwareDescriptor } from "../../controller/artifacts/firmware-descriptor.ts";
import { packFlashContents } from "../../controller/artifacts/host-image-writer.ts";

/** What the images below say of themselves, unless a test changes it. */
export const sampleDescriptor: FirmwareDescriptor = {
  name: "lab-sensor",
  version: "1.1.0",
  platform: "esp8266",
  builtAt: new Date("2026-11-20T18:45:07Z"),
  fsStart: 0xeb000,
  minGeneration: 3,
};

/** A whole ESP8266 image of about `bytes` bytes whose program is noise. */
export function sampleImage(change: Partial<FirmwareDescriptor> = {}, bytes = 8192): Uint8Array<ArrayBuffer> {
  const contents = new Uint8Array(Math.max(bytes - 0x1100, 256));
  for (let at = 0; at < contents.length; at++) contents[at] = (Math.imul(at, 2654435761) >>> 13) & 0xff;
  contents.set(encodeDescriptor({ ...sampleDescriptor, ...change }), 64);
  return packFlashContents(contents);
}

/** `image` with a signature trailer of `signatureBytes` bytes, as the core's signing tool appends it. */
export function withSignature(image: Uint8Array, signatureBytes = 256): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(signatureBytes);
  return Buffer.concat([image, Buffer.alloc(signatureBytes, 0x5a), length]);
}

/** A whole ESP32-C3 image with a description and a SHA-256. */
export function sampleEsp32Image(): Buffer<ArrayBuffer> {
  const description = Buffer.alloc(256);
  description.writeUInt32LE(0xabcd5432, 0);
  description.write("2.5.1", 0x10);
  description.write("thermostat", 0x30);
  description.write("18:45:07", 0x50);
  description.write("Nov 20 2026", 0x60);
  const header = Buffer.alloc(24);
  header.set([0xe9, 1, 2, 0x20]);
  header.writeUInt32LE(0x40380000, 4);
  header.writeUInt16LE(5, 12);
  header[23] = 1;
  const segment = Buffer.alloc(8);
  segment.writeUInt32LE(0x3c000020, 0);
  segment.writeUInt32LE(description.length, 4);
  const padding = Buffer.alloc(15 - ((24 + 8 + 256) % 16));
  const checksum = Buffer.of(description.reduce((sum, byte) => sum ^ byte, 0xef));
  const image = Buffer.concat([header, segment, description, padding, checksum]);
  return Buffer.concat([image, sha256(image)]);
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

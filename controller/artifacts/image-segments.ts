import { hex, invalidImage } from "./check.ts";

/** Where one segment of an image is. */
export interface SegmentFacts {
  /** Load address. */
  readonly address: number;
  /** Offset of its data in the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** An image as its segment headers describe it. */
export interface WalkedImage {
  readonly segments: readonly SegmentFacts[];
  /** Offset behind the checksum byte. */
  readonly end: number;
  /** The checksum that the image carries, and the one its data have. */
  readonly checksum: { readonly carried: number; readonly computed: number };
}

/** First byte of every image that a current boot loader of Espressif starts. */
export const imageMagic = 0xe9;

const version2Magic = 0xea;
const segmentHeaderBytes = 8;
/** How many segments such a boot loader follows. */
export const segmentsMax = 16;
/** What the checksum byte of an image without data would be. */
export const checksumSeed = 0xef;

/**
 * Follows the segment headers of the image at `start` (a multiple of 16), whose first segment stands `headerBytes` behind it.
 * Format: "Firmware Image Format" of the esptool documentation.
 *
 * @throws SporeError `SPORE_IMAGE_INVALID` when it is no image, or ends before its own headers say.
 */
export function walkImage(file: Uint8Array, start: number, headerBytes: number): WalkedImage {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  expectMagic(file, start);
  if (start + headerBytes > file.length) throw truncated(file, `the header at ${hex(start)}`);
  const count = file[start + 1] ?? 0;
  if (count < 1 || count > segmentsMax)
    throw invalidImage(
      "Segments",
      `The image at ${hex(start)} claims ${count} segments; there are 1 to ${segmentsMax}.`,
    );

  const segments: SegmentFacts[] = [];
  let at = start + headerBytes;
  let computed = checksumSeed;
  for (let index = 0; index < count; index++) {
    if (at + segmentHeaderBytes > file.length) throw truncated(file, `the header of segment ${index} at ${hex(at)}`);
    const segment = {
      address: view.getUint32(at, true),
      offset: at + segmentHeaderBytes,
      bytes: view.getUint32(at + 4, true),
    };
    if (segment.bytes % 4 !== 0)
      throw invalidImage("Segments", `Segment ${index} at ${hex(at)} has ${segment.bytes} bytes, not a multiple of 4.`);
    at = segment.offset + segment.bytes;
    if (at > file.length) throw truncated(file, `segment ${index}, which ends at ${hex(at)}`);
    computed ^= xorOf(file, segment.offset, at);
    segments.push(segment);
  }
  const checksumAt = at | 15;
  const carried = file[checksumAt];
  if (carried === undefined) throw truncated(file, `the checksum at ${hex(checksumAt)}`);
  return { segments, end: checksumAt + 1, checksum: { carried, computed } };
}

/** @throws SporeError `SPORE_IMAGE_INVALID` when the checksum is not `carried`. */
export function expectChecksum(checksum: WalkedImage["checksum"], what: string): void {
  if (checksum.carried === checksum.computed) return;
  throw invalidImage(
    "Checksum",
    `The checksum of ${what} is ${hex(checksum.carried)}, its data have ${hex(checksum.computed)}: the file is damaged.`,
  );
}

/** All bytes of `file` from `from` up to, but without, `to`, combined by exclusive or. */
export function xorOf(file: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum ^= file[at] ?? 0;
  return sum;
}

function expectMagic(file: Uint8Array, start: number): void {
  const magic = file[start];
  if (magic === imageMagic) return;
  if (magic === undefined) throw truncated(file, `an image at ${hex(start)}`);
  if (magic === version2Magic)
    throw invalidImage("Unsupported", "This is a version 2 ESP8266 image (0xea), for another boot loader than eboot.");
  throw invalidImage("Magic", `Expected ${hex(imageMagic)} at ${hex(start)}, found ${hex(magic)}: this is no image.`);
}

function truncated(file: Uint8Array, missing: string): Error {
  return invalidImage("Truncated", `The file has ${file.length} bytes and ends before ${missing}: it was cut short.`);
}

import { crc32Mpeg2 } from "./crc32-mpeg2.ts";
import { checksumSeed, imageMagic, segmentsMax } from "./image-segments.ts";

/** One run of bytes and the address the boot loader puts (or the flash cache maps) it at. */
export interface ImageSegment {
  readonly address: number;
  /** A multiple of four bytes. */
  readonly data: Uint8Array;
}

/** An ESP8266 "version 1" image: header fields and segments. */
export interface Esp8266Image {
  readonly entry: number;
  readonly flash: FlashHeader;
  readonly segments: readonly ImageSegment[];
}

/** Bytes 2 and 3 of the header, as numbers of the format. */
export interface FlashHeader {
  /** 0 QIO, 1 QOUT, 2 DIO, 3 DOUT. */
  readonly mode: 0 | 1 | 2 | 3;
  /** 0 512K, 1 256K, 2 1M, 3 2M, 4 4M, 8 8M, 9 16M. */
  readonly size: number;
  /** 0 40 MHz, 1 26, 2 20, 15 80. */
  readonly frequency: number;
}

/** The flash of an ESP-01: 1 MB, DOUT, 40 MHz. */
export const esp01Flash: FlashHeader = { mode: 3, size: 2, frequency: 0 };

/** Where the application image starts in a `.bin` of the Arduino core. */
export const applicationOffset = 0x1000;

/** What the flash cache shows at file offset 0x1010, where the first application segment begins. */
export const irom0Address = 0x40201010;

/** Where in the file the two words stand: its length, and its CRC-32/MPEG-2 with both words at zero. */
export const fileWordsOffset = applicationOffset + 0x10;

/** Bytes of the two words. */
export const fileWordsBytes = 8;

const headerBytes = 8;
const bootPadding = 0xaa;

/**
 * The bytes of one image: header, segments, zeros up to the last byte of a 16-byte row, checksum.
 *
 * @throws RangeError when there are not 1 to 16 segments, or one is not a multiple of four bytes.
 */
export function packImage(image: Esp8266Image): Uint8Array<ArrayBuffer> {
  const { segments, flash } = image;
  if (segments.length < 1 || segments.length > segmentsMax)
    throw new RangeError(`an image has 1 to ${segmentsMax} segments, not ${segments.length}`);
  const body = segments.reduce((sum, { data }) => sum + headerBytes + data.length, headerBytes);
  const bytes = new Uint8Array((body | 15) + 1);
  const view = new DataView(bytes.buffer);
  bytes.set([imageMagic, segments.length, flash.mode, (flash.size << 4) | flash.frequency]);
  view.setUint32(4, image.entry, true);
  let at = headerBytes;
  let checksum = checksumSeed;
  for (const { address, data } of segments) {
    if (data.length % 4 !== 0) throw new RangeError(`a segment of ${data.length} bytes is not a multiple of four`);
    view.setUint32(at, address, true);
    view.setUint32(at + 4, data.length, true);
    bytes.set(data, at + headerBytes);
    at += headerBytes + data.length;
    for (const byte of data) checksum ^= byte;
  }
  bytes[bytes.length - 1] = checksum;
  return bytes;
}

/**
 * A whole `.bin` as the Arduino core's build makes it and an OTA carries it: boot block, padding, application. The first
 * application segment begins with two words, the length and the CRC of the file; its first eight bytes are overwritten.
 * As in that build the words are patched in last: the application's checksum byte and the CRC both take them as zero.
 *
 * @throws RangeError when the boot block overruns its sector, or the first segment has no room for the words.
 */
export function packArduinoImage(application: Esp8266Image, boot: Esp8266Image = bootBlock): Uint8Array<ArrayBuffer> {
  const bootBytes = packImage({ ...boot, flash: application.flash });
  if (bootBytes.length > applicationOffset)
    throw new RangeError(`the boot block has ${bootBytes.length} bytes, its sector has ${applicationOffset}`);
  const [first, ...others] = application.segments;
  if (!first || first.data.length < fileWordsBytes)
    throw new RangeError(`the first application segment needs ${fileWordsBytes} bytes for the length and the CRC`);
  const cleared = { address: first.address, data: first.data.slice().fill(0, 0, fileWordsBytes) };
  const applicationBytes = packImage({ ...application, segments: [cleared, ...others] });

  const file = new Uint8Array(applicationOffset + applicationBytes.length).fill(bootPadding, 0, applicationOffset);
  file.set(bootBytes);
  file.set(applicationBytes, applicationOffset);
  const crc = crc32Mpeg2(file);
  const words = new DataView(file.buffer, fileWordsOffset, fileWordsBytes);
  words.setUint32(0, file.length, true);
  words.setUint32(4, crc, true);
  return file;
}

/** `jump to itself` for the lx106, padded to a word: what real silicon would do with an image that only our host boards can run. */
export const haltCode = Uint8Array.of(0x06, 0xff, 0xff, 0x00);

/** A boot block of ours, for images that no real chip starts: two segments, as eboot has. */
const bootBlock: Esp8266Image = {
  entry: 0x4010f000,
  flash: esp01Flash,
  segments: [
    { address: 0x4010f000, data: haltCode },
    { address: 0x3fffc000, data: new TextEncoder().encode("SPORE host boot.") },
  ],
};

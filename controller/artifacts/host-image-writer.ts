import { createHmac } from "node:crypto";
import {
  applicationOffset,
  esp01Flash,
  fileWordsBytes,
  fileWordsOffset,
  haltCode,
  type ImageSegment,
  irom0Address,
  packArduinoImage,
} from "./esp8266-image-writer.ts";

/** Where the program of a host image is mapped: behind the file words and its own segment header. */
export const hostProgramAddress = irom0Address + fileWordsBytes + 8;

const entryAddress = 0x40100000;
const macAddress = 0x3ffe8000;
const macMagic = new TextEncoder().encode("SPOREMAC");

/** What a host image is made of. */
export interface HostImageParts {
  /** The executable, as the compiler wrote it. */
  readonly program: Uint8Array;
  /** The secret that a host board's boot loader shares with the build. */
  readonly key: Uint8Array;
}

/**
 * An OTA image for host boards: the layout of the Arduino core, with an executable of the host where a chip has its
 * flash-mapped code, and last a segment with an HMAC-SHA-256, without which the host's boot loader starts nothing.
 *
 * Application segments: 0 the file words, 1 the program (zero-padded to a word; what the board executes, byte for byte),
 * 2 a halt instruction at the entry point, 3 `SPOREMAC` and the HMAC over the file from 0x1000 up to that segment's header,
 * with the file words taken as zero.
 */
export function packHostImage({ program, key }: HostImageParts): Uint8Array<ArrayBuffer> {
  const unsigned = packFlashContents(program, [macSegment(new Uint8Array(32))]);
  const macHeaderAt = fileWordsOffset + fileWordsBytes + 8 + padToWord(program).length + 8 + haltCode.length;
  const signed = unsigned.slice(applicationOffset, macHeaderAt).fill(0, 0x10, 0x10 + fileWordsBytes);
  return packFlashContents(program, [macSegment(createHmac("sha256", key).update(signed).digest())]);
}

/**
 * An image in the layout of the Arduino core whose flash-mapped data are `contents`: what a simulated chip is sent.
 * Put an encoded descriptor into `contents` to give it a name and a version.
 */
export function packFlashContents(
  contents: Uint8Array,
  moreSegments: readonly ImageSegment[] = [],
): Uint8Array<ArrayBuffer> {
  return packArduinoImage({
    entry: entryAddress,
    flash: esp01Flash,
    segments: [
      { address: irom0Address, data: new Uint8Array(fileWordsBytes) },
      { address: hostProgramAddress, data: padToWord(contents) },
      { address: entryAddress, data: haltCode },
      ...moreSegments,
    ],
  });
}

function macSegment(mac: Uint8Array): ImageSegment {
  const data = new Uint8Array(macMagic.length + mac.length);
  data.set(macMagic);
  data.set(mac, macMagic.length);
  return { address: macAddress, data };
}

function padToWord(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  return padded;
}

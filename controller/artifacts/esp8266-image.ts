import { isSporeError } from "../base/errors.ts";
import { type Check, hex, invalidImage } from "./check.ts";
import { crc32Mpeg2 } from "./crc32-mpeg2.ts";
import { applicationOffset, fileWordsBytes, fileWordsOffset } from "./esp8266-image-writer.ts";
import { findDescriptor } from "./find-descriptor.ts";
import type { FormatFacts } from "./image-facts.ts";
import { expectChecksum, type SegmentFacts, type WalkedImage, walkImage, xorOf } from "./image-segments.ts";
import { signatureBehind } from "./signature-trailer.ts";

const headerBytes = 8;
const kib = 1024;
/** Flash size by the high nibble of header byte 3. */
const flashBytesByNibble: Readonly<Record<number, number>> = {
  0: 512 * kib,
  1: 256 * kib,
  2: 1024 * kib,
  3: 2048 * kib,
  4: 4096 * kib,
  5: 2048 * kib,
  6: 4096 * kib,
  8: 8192 * kib,
  9: 16384 * kib,
};
const entryRange = { from: 0x40100000, to: 0x4010c000 } as const;
const flashMapRange = { from: 0x40201000, to: 0x40300000 } as const;
/** First bytes of an executable for Linux, and for macOS (64 bit, either byte order). */
const executableMagics = ["7f454c46", "cffaedfe", "feedfacf"].map((magic) => Buffer.from(magic, "hex"));
const hostMacMagic = "SPOREMAC";

/**
 * Takes an image of the ESP8266 Arduino core apart: eboot's image, padding, the application's image, perhaps a signature.
 *
 * @param signed whether a signature may follow; behind a packed image it follows the package instead.
 * @throws SporeError `SPORE_IMAGE_INVALID`, which says what is wrong and where.
 */
export function parseEsp8266Image(file: Uint8Array, { signed = true } = {}): FormatFacts {
  const boot = walkImage(file, 0, headerBytes);
  expectChecksum(boot.checksum, "the boot loader's image");
  if (
    boot.end > applicationOffset ||
    file.length < fileWordsOffset + fileWordsBytes ||
    file[applicationOffset] !== file[0]
  )
    throw invalidImage(
      "Unsupported",
      `There is no application image at ${hex(applicationOffset)}: this was not built by the ESP8266 Arduino core, whose updates SPORE nodes take.`,
    );
  const application = walkImage(file, applicationOffset, headerBytes);
  expectApplicationChecksum(file, application);
  const flash = flashHeader(file);
  const entry = new DataView(file.buffer, file.byteOffset).getUint32(applicationOffset + 4, true);
  expectAddresses(entry, application.segments);
  const signatureBytes = signed ? signatureBehind(file, application.end) : noSignature(file, application.end);
  const { descriptor, lookalikes } = findDescriptor(file.subarray(applicationOffset, application.end));
  return {
    format: "esp8266",
    chip: "esp8266",
    imageBytes: application.end,
    entry,
    ...flash,
    segments: application.segments,
    ...(signatureBytes !== undefined && { signatureBytes }),
    ...(descriptor && { descriptor }),
    hostProgram: application.segments.some((segment) => holdsHostProgram(file, segment)),
    checks: [
      passed("structure", `Boot loader and application are whole; the application ends at byte ${application.end}.`),
      passed("checksum", "The checksums of boot loader and application match."),
      lengthAndCrc(file, application.end),
      passed("addresses", `Entry point ${hex(entry)} and first segment lie where the ESP8266 has code.`),
      describe(descriptor !== undefined, lookalikes),
    ],
  };
}

/** Whether `file` begins with a whole ESP8266 image, whatever follows. */
export function beginsWithBootImage(file: Uint8Array): boolean {
  try {
    const { checksum } = walkImage(file, 0, headerBytes);
    return checksum.carried === checksum.computed;
  } catch (error) {
    if (isSporeError(error, "SPORE_IMAGE_INVALID")) return false;
    throw error;
  }
}

function passed(name: string, detail: string): Check {
  return { name, verdict: "passed", detail };
}

/**
 * The build computes the checksum before it writes the length and the CRC into the first segment. Only one reading is accepted, by whether
 * the length stands there: with both, damage that equals the two words would pass.
 */
function expectApplicationChecksum(file: Uint8Array, { checksum, end }: WalkedImage): void {
  const wordsEnd = fileWordsOffset + fileWordsBytes;
  const words = lengthWord(file) === end ? xorOf(file, fileWordsOffset, wordsEnd) : 0;
  expectChecksum({ carried: checksum.carried, computed: checksum.computed ^ words }, "the application's image");
}

function lengthWord(file: Uint8Array): number {
  return new DataView(file.buffer, file.byteOffset + fileWordsOffset, fileWordsBytes).getUint32(0, true);
}

function flashHeader(file: Uint8Array): { readonly flashMode: number; readonly flashBytes: number } {
  const [mode = 0, sizes = 0] = file.subarray(2, 4);
  if (mode !== file[applicationOffset + 2] || sizes !== file[applicationOffset + 3])
    throw invalidImage("FlashHeader", "Boot loader and application name different flash modes or sizes.");
  const flashBytes = flashBytesByNibble[sizes >> 4];
  if (flashBytes === undefined || mode > 3)
    throw invalidImage(
      "FlashHeader",
      `Flash mode ${mode} or flash size ${hex(sizes >> 4)} is unknown for the ESP8266.`,
    );
  return { flashMode: mode, flashBytes };
}

function expectAddresses(entry: number, segments: readonly SegmentFacts[]): void {
  if (entry < entryRange.from || entry >= entryRange.to)
    throw invalidImage("Addresses", `Entry point ${hex(entry)} is not in the ESP8266's instruction memory.`);
  const first = segments[0]?.address ?? 0;
  if (first < flashMapRange.from || first >= flashMapRange.to)
    throw invalidImage("Addresses", `The first segment belongs at ${hex(first)}, not in the ESP8266's mapped flash.`);
}

function noSignature(file: Uint8Array, imageEnd: number): undefined {
  if (file.length !== imageEnd)
    throw invalidImage("TrailingBytes", `${file.length - imageEnd} bytes follow the image inside the gzip file.`);
}

/** Only a warning: older cores keep other things there. */
function lengthAndCrc(file: Uint8Array, imageEnd: number): Check {
  const length = lengthWord(file);
  if (length !== imageEnd)
    return {
      name: "crc",
      verdict: "warned",
      detail: `The length word says ${length}, the image has ${imageEnd} bytes; its CRC was not looked at.`,
    };
  const upToWords = crc32Mpeg2(file.subarray(0, fileWordsOffset));
  const overWords = crc32Mpeg2(new Uint8Array(fileWordsBytes), upToWords);
  const computed = crc32Mpeg2(file.subarray(fileWordsOffset + fileWordsBytes, imageEnd), overWords);
  const carried = new DataView(file.buffer, file.byteOffset + fileWordsOffset).getUint32(4, true);
  if (carried === computed) return passed("crc", "The CRC of the whole image matches.");
  return {
    name: "crc",
    verdict: "warned",
    detail: `The image carries CRC ${hex(carried)}, its bytes have ${hex(computed)}.`,
  };
}

function describe(found: boolean, lookalikes: number): Check {
  if (found) return passed("descriptor", "The image names itself.");
  if (lookalikes > 0)
    return { name: "descriptor", verdict: "warned", detail: "A descriptor has a wrong CRC, so it was ignored." };
  return {
    name: "descriptor",
    verdict: "assumed",
    detail: "The image carries no descriptor: its name, version and file system layout are taken on trust.",
  };
}

function holdsHostProgram(file: Uint8Array, segment: SegmentFacts): boolean {
  const start = Buffer.from(
    file.buffer,
    file.byteOffset + segment.offset,
    Math.min(segment.bytes, hostMacMagic.length),
  );
  return (
    executableMagics.some((magic) => start.subarray(0, magic.length).equals(magic)) ||
    start.equals(Buffer.from(hostMacMagic))
  );
}

import { createHash } from "node:crypto";
import { type Check, hex, invalidImage } from "./check.ts";
import { type ImageDescriptor, printableText } from "./find-descriptor.ts";
import type { FormatFacts } from "./image-facts.ts";
import { expectChecksum, type SegmentFacts, walkImage } from "./image-segments.ts";

const headerBytes = 24;
const chipIdAt = 12;
const hashAppendedAt = 23;
const hashBytes = 32;
const mebibyte = 1024 * 1024;
const flashModeMax = 3;
/** `esp_chip_id_t` of esp-idf's `esp_app_format.h`. */
const chipById: Readonly<Record<number, string>> = {
  0: "esp32",
  2: "esp32-s2",
  5: "esp32-c3",
  9: "esp32-s3",
  12: "esp32-c2",
  13: "esp32-c6",
  16: "esp32-h2",
  18: "esp32-p4",
  20: "esp32-c61",
  23: "esp32-c5",
};
/** `esp_app_desc_t` of esp-idf's `esp_app_desc.h`. */
const descriptorMagic = 0xabcd5432;
const descriptorBytes = 256;

/** Whether the header may be that of the ESP32 family; an ESP8266 image can look like one, so the walk has the last word. */
export function mayBeEsp32(file: Uint8Array): boolean {
  const hashAppended = file[hashAppendedAt];
  return (hashAppended === 0 || hashAppended === 1) && chipOf(file) !== undefined;
}

/**
 * Takes an application image of the ESP32 family apart.
 *
 * @throws SporeError `SPORE_IMAGE_INVALID`, which says what is wrong and where.
 */
export function parseEsp32Image(file: Uint8Array): FormatFacts {
  const walked = walkImage(file, 0, headerBytes);
  expectChecksum(walked.checksum, "the image");
  const [, , flashMode = 0, sizes = 0] = file;
  if (flashMode > flashModeMax || sizes >> 4 > 7)
    throw invalidImage(
      "FlashHeader",
      `Flash mode ${flashMode} or flash size ${hex(sizes >> 4)} is unknown for the ESP32.`,
    );
  const hash = digestCheck(file, walked.end);
  const descriptor = findAppDescription(file, walked.segments);
  return {
    format: "esp32",
    chip: chipOf(file) ?? "esp32",
    imageBytes: hash.imageEnd,
    entry: new DataView(file.buffer, file.byteOffset).getUint32(4, true),
    flashMode,
    flashBytes: mebibyte << (sizes >> 4),
    segments: walked.segments,
    ...(hash.imageEnd < file.length && { signatureBytes: file.length - hash.imageEnd }),
    ...(descriptor && { descriptor }),
    hostProgram: false,
    checks: [
      { name: "structure", verdict: "passed", detail: `The image is whole and ends at byte ${hash.imageEnd}.` },
      { name: "checksum", verdict: "passed", detail: "The checksum of the segments matches." },
      hash.check,
      descriptor
        ? { name: "descriptor", verdict: "passed", detail: "The image names itself." }
        : {
            name: "descriptor",
            verdict: "warned",
            detail: "There is no application description: this may be a boot loader.",
          },
    ],
  };
}

function chipOf(file: Uint8Array): string | undefined {
  return chipById[(file[chipIdAt] ?? 0xff) | ((file[chipIdAt + 1] ?? 0xff) << 8)];
}

function digestCheck(file: Uint8Array, end: number): { readonly imageEnd: number; readonly check: Check } {
  if (file[hashAppendedAt] !== 1) {
    if (file.length > end)
      throw invalidImage("TrailingBytes", `${file.length - end} bytes follow the image, which ends at byte ${end}.`);
    return {
      imageEnd: end,
      check: { name: "sha256", verdict: "assumed", detail: "The image carries no SHA-256 of itself." },
    };
  }
  const imageEnd = end + hashBytes;
  if (file.length < imageEnd)
    throw invalidImage("Truncated", `The file has ${file.length} bytes and ends before its SHA-256, at ${imageEnd}.`);
  const computed = createHash("sha256").update(file.subarray(0, end)).digest();
  if (!computed.equals(file.subarray(end, imageEnd)))
    throw invalidImage("Checksum", "The SHA-256 of the image does not match: the file is damaged.");
  return {
    imageEnd,
    check: { name: "sha256", verdict: "passed", detail: "The SHA-256 that the image carries matches." },
  };
}

/** Usually it begins the first segment; boot loader images have none. */
function findAppDescription(file: Uint8Array, segments: readonly SegmentFacts[]): ImageDescriptor | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const at = segments.find(
    ({ offset, bytes }) => bytes >= descriptorBytes && view.getUint32(offset, true) === descriptorMagic,
  )?.offset;
  if (at === undefined) return undefined;
  const version = printableText(file.subarray(at + 0x10, at + 0x30));
  const name = printableText(file.subarray(at + 0x30, at + 0x50));
  const time = printableText(file.subarray(at + 0x50, at + 0x60));
  const date = printableText(file.subarray(at + 0x60, at + 0x70));
  return { ...(name && { name }), ...(version && { version }), ...(date && time && { builtAt: `${date} ${time}` }) };
}

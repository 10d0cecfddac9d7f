import { createHash } from "node:crypto";
import { imageMaxBytes } from "../base/limits.ts";
import { invalidImage } from "./check.ts";
import { mayBeEsp32, parseEsp32Image } from "./esp32-image.ts";
import { beginsWithBootImage, parseEsp8266Image } from "./esp8266-image.ts";
import { expectedMd5 } from "./expected-md5.ts";
import type { FormatFacts, ImageFacts } from "./image-facts.ts";
import { inflateImage, isGzip } from "./inflate-image.ts";

/**
 * Reads a firmware image as it would be sent: raw or gzip, with or without a signature, for the ESP8266 or the ESP32 family.
 *
 * @throws SporeError `SPORE_IMAGE_INVALID`, whatever the bytes are.
 */
export async function parseImage(file: Uint8Array): Promise<ImageFacts> {
  if (file.length > imageMaxBytes)
    throw invalidImage("TooLarge", `The file has ${file.length} bytes; an image has at most ${imageMaxBytes}.`);
  if (!isGzip(file)) return factsOf(file, file, parseRaw(file, { signed: true }), "none");
  const { image, signatureBytes } = await inflateImage(file, imageMaxBytes);
  if (isGzip(image)) throw invalidImage("Gzip", "The gzip file holds another gzip file, which no boot loader unpacks.");
  const format = parseRaw(image, { signed: false });
  return factsOf(file, image, { ...format, ...(signatureBytes !== undefined && { signatureBytes }) }, "gzip");
}

/** The walk decides between the families: one header can fit both. */
function parseRaw(image: Uint8Array, options: { readonly signed: boolean }): FormatFacts {
  return mayBeEsp32(image) && !beginsWithBootImage(image) ? parseEsp32Image(image) : parseEsp8266Image(image, options);
}

function factsOf(
  file: Uint8Array,
  image: Uint8Array,
  { hostProgram, ...format }: FormatFacts,
  compression: ImageFacts["compression"],
): ImageFacts {
  const claimed = format.descriptor?.platform;
  if (hostProgram && claimed !== undefined && claimed !== "host")
    throw invalidImage("Platform", `The image says it is for ${claimed} and carries a program for a host process.`);
  return {
    ...format,
    compression,
    fileBytes: file.length,
    platform: hostProgram ? "host" : (claimed ?? format.format),
    md5: createHash("md5").update(file).digest("hex"),
    sha256: createHash("sha256").update(file).digest("hex"),
    flashMd5: format.format === "esp8266" ? expectedMd5(image.subarray(0, format.imageBytes), compression) : [],
  };
}

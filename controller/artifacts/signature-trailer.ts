import { invalidImage } from "./check.ts";

/** More than any RSA signature the core knows; what is longer is not a trailer. */
const signatureMaxBytes = 1024;
const lengthWordBytes = 4;

/**
 * Length of the signature behind an image that ends at `imageEnd`, or undefined where the file ends with the image. The trailer is the
 * signature and its length as a little-endian word (esp8266/Arduino, "Signed updates").
 *
 * @throws SporeError `SPORE_IMAGE_INVALID` when something follows that is no signature.
 */
export function signatureBehind(file: Uint8Array, imageEnd: number): number | undefined {
  const trailing = file.length - imageEnd;
  if (trailing === 0) return undefined;
  if (trailing > lengthWordBytes && trailing <= signatureMaxBytes + lengthWordBytes) {
    const claimed = new DataView(file.buffer, file.byteOffset + file.length - lengthWordBytes).getUint32(0, true);
    if (claimed === trailing - lengthWordBytes) return claimed;
  }
  throw invalidImage(
    "TrailingBytes",
    `${trailing} bytes follow the image, which ends at byte ${imageEnd}, and they are no signature.`,
  );
}

import { createHash } from "node:crypto";

const flashModeAt = 2;
const flashModes = [0, 1, 2, 3] as const;

/**
 * MD5 of the flash contents that an ESP8266 may report after it took `image` (unpacked, without a signature). The updater replaces the
 * flash-mode byte by that of the running program, so there is one candidate per mode, in order of the mode; a packed image cannot be
 * patched and has one.
 */
export function expectedMd5(image: Uint8Array, compression: "none" | "gzip"): readonly string[] {
  if (compression === "gzip") return [createHash("md5").update(image).digest("hex")];
  const head = image.slice(0, flashModeAt + 1);
  return flashModes.map((mode) => {
    head[flashModeAt] = mode;
    return createHash("md5")
      .update(head)
      .update(image.subarray(flashModeAt + 1))
      .digest("hex");
  });
}

import { descriptorBytes, encodeDescriptor } from "../../artifacts/firmware-descriptor.ts";
import { packFlashContents } from "../../artifacts/host-image-writer.ts";

/** An image for simulated nodes. */
export interface SimulatedImageOptions {
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** About how large the file becomes; absent: as small as the format allows. */
  readonly sizeBytes?: number;
  /** Leaves the descriptor out, as upstream images do. */
  readonly anonymous?: boolean;
  /** The application crashes in its setup. */
  readonly crashes?: boolean;
}

/** Text by which a simulated board knows that an image's application crashes. */
export const crashMarker = "SPORESIM:CRASH";

/** Flash address of the file system in the layout 1m64. */
export const layout1m64FsStart = 0xeb000;

/** Bytes of the file around the flash contents. */
const framingBytes = 0x1000 + 64;

/**
 * A valid ESP8266 image that says who it is, with filling that differs from version to version. Real boards would stop at its
 * entry point. The same options give the same bytes.
 */
export function simulatedImage(options: SimulatedImageOptions): Uint8Array<ArrayBuffer> {
  const { name, version, sizeBytes = 0, anonymous = false, crashes = false } = options;
  const fillBytes = Math.max(64, sizeBytes - framingBytes - descriptorBytes);
  const contents = new Uint8Array(descriptorBytes + fillBytes);
  if (!anonymous) contents.set(encodeDescriptor({ ...described, name, version }));
  const title = new TextEncoder().encode(`${crashes ? crashMarker : "SPORESIM"} ${name} ${version}\0`);
  for (let at = descriptorBytes; at < contents.length; at++)
    contents[at] = title[(at - descriptorBytes) % title.length] ?? 0;
  return packFlashContents(contents);
}

const described = {
  platform: "esp8266",
  builtAt: new Date(Date.UTC(2026, 0, 1)),
  fsStart: layout1m64FsStart,
  minGeneration: 3,
} as const;

import { crc32Mpeg2 } from "./crc32-mpeg2.ts";

/**
 * What one of our images says about itself. ESP8266 images have no version field, so our firmware carries this
 * 128-byte constant in its flash-mapped data; `firmware/spore/README.md` has the layout.
 */
export interface FirmwareDescriptor {
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  readonly platform: "esp8266" | "esp32" | "host";
  readonly builtAt: Date;
  /** Flash address of the file system; an image for another layout would lose the node's files. */
  readonly fsStart: number;
  /** The oldest cluster protocol generation a controller must speak to it. */
  readonly minGeneration: number;
}

/** Bytes that a descriptor occupies. */
export const descriptorBytes = 128;

/** The first eight bytes of a descriptor; they occur once in an image. */
export const descriptorMagic = "SPOREFW1";

const crcAt = descriptorBytes - 4;

/** The 128 bytes of `descriptor`. @throws RangeError when a text is not ASCII or does not fit its field. */
export function encodeDescriptor(descriptor: FirmwareDescriptor): Uint8Array {
  const bytes = new Uint8Array(descriptorBytes);
  const view = new DataView(bytes.buffer);
  const text = (field: string, value: string, at: number, room: number): void => {
    if (!/^[\x20-\x7e]*$/.test(value)) throw new RangeError(`descriptor ${field} must be ASCII, got "${value}"`);
    if (value.length > room) throw new RangeError(`descriptor ${field} is longer than ${room} characters: "${value}"`);
    bytes.set(new TextEncoder().encode(value), at);
  };
  text("magic", descriptorMagic, 0, 8);
  text("name", descriptor.name, 8, 31);
  text("version", descriptor.version, 40, 23);
  text("platform", descriptor.platform, 64, 15);
  text("builtAt", compactUtc(descriptor.builtAt), 80, 16);
  view.setUint32(96, descriptor.fsStart, true);
  view.setUint32(100, descriptor.minGeneration, true);
  view.setUint32(crcAt, crc32Mpeg2(bytes.subarray(0, crcAt)), true);
  return bytes;
}

/** An instant as descriptors say it: `20261120T184500Z`. */
export function compactUtc(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
}

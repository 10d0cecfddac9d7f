import { invalidImage } from "./check.ts";
import { crc32Mpeg2 } from "./crc32-mpeg2.ts";
import { descriptorBytes, descriptorMagic } from "./firmware-descriptor.ts";

/** What an image says about itself; fields it leaves empty are absent. */
export interface ImageDescriptor {
  readonly name?: string;
  readonly version?: string;
  readonly platform?: string;
  /** As the image writes it. */
  readonly builtAt?: string;
  /** Flash address at which it expects its file system. */
  readonly fsStart?: number;
  /** The oldest cluster protocol generation it speaks. */
  readonly minGeneration?: number;
}

/** What a search for descriptors found. */
export interface DescriptorSearch {
  readonly descriptor?: ImageDescriptor;
  /** Places that begin as a descriptor does and have a wrong CRC: text in a program, or damage. */
  readonly lookalikes: number;
}

const crcAt = descriptorBytes - 4;
/** A program mentions the magic once or twice. Each mention costs a CRC: an image made of them would hold the process for seconds. */
const lookalikesMax = 256;

/**
 * Searches `image` for the descriptor of a SPORE application (layout: `firmware-descriptor.ts`).
 *
 * @throws SporeError `SPORE_IMAGE_INVALID` when it holds two that are not equal: nobody could say which one is true; or when it is full of lookalikes.
 */
export function findDescriptor(image: Uint8Array): DescriptorSearch {
  const bytes = Buffer.from(image.buffer, image.byteOffset, image.byteLength);
  let found: Buffer | undefined;
  let lookalikes = 0;
  for (let at = bytes.indexOf(descriptorMagic); at >= 0; at = bytes.indexOf(descriptorMagic, at + 1)) {
    if (lookalikes > lookalikesMax)
      throw invalidImage(
        "Descriptor",
        `The image holds "${descriptorMagic}" more than ${lookalikesMax} times without a descriptor behind it: this is no firmware.`,
      );
    const candidate = bytes.subarray(at, at + descriptorBytes);
    if (
      candidate.length < descriptorBytes ||
      candidate.readUInt32LE(crcAt) !== crc32Mpeg2(candidate.subarray(0, crcAt))
    )
      lookalikes++;
    else if (found && !found.equals(candidate))
      throw invalidImage(
        "Descriptor",
        "The image holds two different descriptors, so its name and version are not certain.",
      );
    else found = candidate;
  }
  return { ...(found && { descriptor: decode(found) }), lookalikes };
}

function decode(bytes: Buffer): ImageDescriptor {
  const name = printableText(bytes.subarray(8, 40));
  const version = printableText(bytes.subarray(40, 64));
  const platform = printableText(bytes.subarray(64, 80));
  const builtAt = printableText(bytes.subarray(80, 96));
  const fsStart = bytes.readUInt32LE(96);
  const minGeneration = bytes.readUInt32LE(100);
  return {
    ...(name && { name }),
    ...(version && { version }),
    ...(platform && { platform }),
    ...(builtAt && { builtAt }),
    ...(fsStart > 0 && { fsStart }),
    ...(minGeneration > 0 && { minGeneration }),
  };
}

/** The text of a NUL-padded field, or undefined where it is empty or not printable ASCII: people will read it. */
export function printableText(field: Uint8Array): string | undefined {
  const zero = field.indexOf(0);
  const text = Buffer.from(zero < 0 ? field : field.subarray(0, zero)).toString("latin1");
  return /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}

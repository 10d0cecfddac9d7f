import { crc32, createInflateRaw } from "node:zlib";
import { invalidImage } from "./check.ts";
import { signatureBehind } from "./signature-trailer.ts";

/** What a gzip file holds. */
export interface Inflated {
  readonly image: Uint8Array;
  /** Length of the signature behind the gzip member. */
  readonly signatureBytes: number | undefined;
}

const fixedHeaderBytes = 10;
const trailerBytes = 8;
const deflateMethod = 8;
const flag = { headerCrc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

/** Whether `file` begins as a gzip file does. */
export function isGzip(file: Uint8Array): boolean {
  return file[0] === 0x1f && file[1] === 0x8b;
}

/**
 * Unpacks the one gzip member (RFC 1952) that eboot would, off this thread. The member is taken apart by hand, because zlib's own reader
 * tolerates what eboot does not: a second member, and bytes behind the length word.
 *
 * @throws SporeError `SPORE_IMAGE_INVALID` when it is damaged, or inflates to more than `maxBytes`.
 */
export async function inflateImage(file: Uint8Array, maxBytes: number): Promise<Inflated> {
  const deflated = file.subarray(gzipHeaderEnd(file));
  const { image, consumedBytes } = await inflateRaw(deflated, maxBytes);
  const memberEnd = file.length - deflated.length + consumedBytes + trailerBytes;
  if (memberEnd > file.length) throw damaged("it ends before its length word");
  const trailer = new DataView(file.buffer, file.byteOffset + memberEnd - trailerBytes, trailerBytes);
  if (trailer.getUint32(0, true) !== crc32(image)) throw damaged("its CRC does not match");
  if (trailer.getUint32(4, true) !== image.length) throw damaged("its length word does not match");
  return { image, signatureBytes: signatureBehind(file, memberEnd) };
}

async function inflateRaw(
  deflated: Uint8Array,
  maxBytes: number,
): Promise<{ readonly image: Uint8Array; readonly consumedBytes: number }> {
  const inflater = createInflateRaw();
  inflater.end(deflated);
  const chunks: Uint8Array[] = [];
  let total = 0;
  try {
    for await (const chunk of inflater) {
      const bytes: Uint8Array = chunk;
      chunks.push(bytes);
      total += bytes.length;
      if (total > maxBytes) break; // leaving the loop destroys the stream
    }
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
  if (total > maxBytes) throw invalidImage("TooLarge", `The gzip file inflates to more than ${maxBytes} bytes.`);
  return { image: Buffer.concat(chunks, total), consumedBytes: inflater.bytesWritten };
}

function gzipHeaderEnd(file: Uint8Array): number {
  const flags = file[3] ?? 0;
  if (file.length < fixedHeaderBytes + trailerBytes) throw damaged("it is shorter than a header and a trailer");
  if (file[2] !== deflateMethod || flags & flag.reserved) throw damaged("its header is of an unknown kind");
  let at = fixedHeaderBytes;
  if (flags & flag.extra) at += 2 + ((file[at] ?? 0) | ((file[at + 1] ?? 0) << 8));
  if (flags & flag.name) at = behindText(file, at);
  if (flags & flag.comment) at = behindText(file, at);
  if (flags & flag.headerCrc) at += 2;
  if (at > file.length - trailerBytes) throw damaged("its header runs past its end");
  return at;
}

function behindText(file: Uint8Array, from: number): number {
  const zero = file.indexOf(0, from);
  if (zero < 0) throw damaged("its header has a text without an end");
  return zero + 1;
}

function damaged(what: string): Error {
  return invalidImage("Gzip", `The gzip file is damaged: ${what}.`);
}

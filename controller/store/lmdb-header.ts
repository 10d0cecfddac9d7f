import { open } from "node:fs/promises";
import { damagedFile } from "./lmdb-errors.ts";

/** Positions in the first page, from `MDB_page` and `MDB_meta` in LMDB's mdb.c (data version 2, on 64 bits, little-endian). */
const magicAt = 24;
const pageSizeAt = 48;
const freeRootAt = 88;
const mainRootAt = 136;
const transactionAt = 152;
const metaBytes = 160;
const magic = 0xbeefc0de;
/** What a tree without pages has as its root. */
const noPage = 0xffffffffffffffffn;

/** What the newer of the two headers says. */
export interface LmdbHeader {
  /** Counts the committed write transactions. */
  readonly transaction: number;
}

/**
 * Reads the two headers of an LMDB file, to be done before LMDB maps it into memory, where a file that was cut short would not be an error but the
 * end of the process.
 *
 * @throws SporeError `SPORE_STORE_CORRUPT`; whatever `open` and `read` throw.
 */
export async function readLmdbHeader(directory: string, path: string): Promise<LmdbHeader> {
  await using file = await open(path);
  const { size } = await file.stat();
  const first = await read(0);
  if (first.readUInt32LE(magicAt) !== magic) throw damagedFile(directory, "it is not a database of LMDB");
  const pageSize = first.readUInt32LE(pageSizeAt);
  if (pageSize < 512 || pageSize > 65536) throw damagedFile(directory, "its header is damaged");
  const second = await read(pageSize);
  const newest = second.readBigUInt64LE(transactionAt) > first.readBigUInt64LE(transactionAt) ? second : first;
  for (const rootAt of [freeRootAt, mainRootAt]) {
    const root = newest.readBigUInt64LE(rootAt);
    if (root !== noPage && (root + 1n) * BigInt(pageSize) > BigInt(size)) {
      throw damagedFile(directory, `it was cut short, at ${size} bytes`);
    }
  }
  return { transaction: Number(newest.readBigUInt64LE(transactionAt)) };

  async function read(position: number): Promise<Buffer> {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(metaBytes), 0, metaBytes, position);
    if (bytesRead < metaBytes) throw damagedFile(directory, `it was cut short, at ${size} bytes`);
    return buffer;
  }
}

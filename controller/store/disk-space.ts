import { statfsSync } from "node:fs";
import { SporeError } from "../base/errors.ts";

/** Left free by the store, for the tree's own pages and for whoever comes to tidy up. */
export const diskReserveBytes = 16 * 1024 * 1024;
/** Each value is written twice, as the entry and as its change in the log, the old one once, and pages are not full. */
const bytesOnDiskPerByte = 4;

/**
 * To be asked before `bytes` are committed. LMDB itself does not survive a full disk: after a write that failed its memory is damaged.
 *
 * @throws SporeError `SPORE_DATA_DIR_UNUSABLE` when that would eat into the reserve; nothing was written, and later commits may succeed.
 */
export function checkDiskSpace(directory: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(directory);
  const free = bavail * bsize;
  if (free >= diskReserveBytes + bytesOnDiskPerByte * bytes) return;
  throw new SporeError(
    "SPORE_DATA_DIR_UNUSABLE",
    `The disk of the data directory ${directory} is full: ${free} bytes are free, and ${diskReserveBytes} are kept in reserve. Nothing was written.`,
    { hint: "Free some space; the store goes on by itself." },
  );
}

import { SporeError } from "../base/errors.ts";
import { unusableDirectory } from "./unusable-directory.ts";

/** Return codes of LMDB (`lmdb.h`) that say the file is not what it should be. */
const damagedCodes: ReadonlySet<number> = new Set([
  -30797, // MDB_PAGE_NOTFOUND
  -30796, // MDB_CORRUPTED
  -30793, // MDB_INVALID
  -30784, // MDB_INCOMPATIBLE
]);
/** The file was written by another major version of LMDB. */
const versionMismatchCode = -30794;
/** Return codes that are errno values, on Linux and macOS alike; EDQUOT differs. */
const errnoNames: ReadonlyMap<number, string> = new Map([
  [1, "EPERM"],
  [5, "EIO"],
  [12, "ENOMEM"],
  [13, "EACCES"],
  [27, "EFBIG"],
  [28, "ENOSPC"],
  [30, "EROFS"],
  [process.platform === "linux" ? 122 : 69, "EDQUOT"],
]);

/** What an error thrown by LMDB means to the user. */
export function fromLmdb(directory: string, error: unknown): SporeError {
  if (error instanceof SporeError) return error;
  const number = error instanceof Error && "code" in error ? Number(error.code) : Number.NaN;
  if (number === versionMismatchCode) return damagedFile(directory, "another version of LMDB wrote it", error);
  if (damagedCodes.has(number)) return damagedFile(directory, messageOf(error), error);
  return unusableDirectory(
    directory,
    errnoNames.has(number) ? new SystemFailure(error, errnoNames.get(number)) : error,
  );
}

/** @param what what is wrong with it, the end of a sentence. */
export function damagedFile(directory: string, what: string, cause?: unknown): SporeError {
  return new SporeError(
    "SPORE_STORE_CORRUPT",
    `The store's file in ${directory} cannot be read: ${what}.`,
    { hint: "Restore the data directory from a backup, or start with an empty one and apply the manifests again." },
    { cause },
  );
}

/**
 * lmdb-js rejects a failed write with a general error that holds the promise of the real one.
 *
 * @returns the real one.
 */
export async function realError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !("commitError" in error)) return error;
  try {
    await error.commitError;
    return error;
  } catch (real) {
    return real;
  }
}

/** LMDB's error with the name of its errno, and without the addresses and buffers that LMDB tells about. */
class SystemFailure extends Error {
  readonly code: string | undefined;
  constructor(cause: unknown, code: string | undefined) {
    super(messageOf(cause).replace(/:.*/s, ""), { cause });
    this.code = code;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

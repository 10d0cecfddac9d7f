import { existsSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type Database, open, type RootDatabase } from "lmdb";
import { SporeError } from "../base/errors.ts";
import { syncDirectory } from "../base/sync-directory.ts";
import { damagedFile, fromLmdb, realError } from "./lmdb-errors.ts";
import { readLmdbHeader } from "./lmdb-header.ts";
import { decodeState, encodeState, type FileState } from "./record.ts";

/** The three tables of the file; keys and values are bytes, keys are ordered by byte. */
export interface LmdbFile {
  readonly directory: string;
  /** Holds `format` and `state`. */
  readonly root: RootDatabase<Buffer, Buffer>;
  readonly objects: Database<Buffer, Buffer>;
  readonly log: Database<Buffer, Buffer>;
}

/** The layout of `record.ts`. To be raised with it, and from the first release on to be read by every later version. */
const formatVersion = 2;
const formatPrefix = "spore store format ";
const formatKey = Buffer.from("format");
export const stateKey = Buffer.from("state");
/** In the store's directory. */
export const objectsFile = "objects.mdb";

/** Address space only, no memory and no disk. LMDB maps more when a file outgrows it. */
const initialMapBytes = 64 * 1024 * 1024;

/** There LMDB's headers are laid out otherwise, and memory for its map is scarce. */
const is32Bit = process.arch === "arm" || process.arch === "ia32";

const bytesOnly = { keyEncoding: "binary", encoding: "binary" } as const;

/**
 * Opens `objects.mdb` in `directory`, or makes it.
 *
 * Commits are LMDB's plain ones: the pages, a flush, then the one header that makes them count, itself flushed. lmdb-js would by default
 * write that header first and trust a third copy of it after a power cut; for the same two flushes the plain way needs no trust, and shows
 * readers only what is already on disk.
 *
 * @throws SporeError `SPORE_STORE_CORRUPT`, or `SPORE_DATA_DIR_UNUSABLE`, also where a newer SPORE wrote the file.
 */
export async function openLmdbFile(directory: string): Promise<LmdbFile> {
  const path = join(directory, objectsFile);
  try {
    if (!existsSync(path)) await makeFile(directory, path);
    if (!is32Bit) await readLmdbHeader(directory, path);
    const root = openRoot(path);
    try {
      checkFormat(directory, root);
      return {
        directory,
        root,
        objects: root.openDB<Buffer, Buffer>("objects", bytesOnly),
        log: root.openDB<Buffer, Buffer>("log", bytesOnly),
      };
    } catch (error) {
      await root.close();
      throw error;
    }
  } catch (error) {
    throw fromLmdb(directory, await realError(error));
  }
}

/** What the newest committed transaction says. */
export function readState(file: LmdbFile): FileState {
  const state = file.root.get(stateKey);
  if (state === undefined) throw damagedFile(file.directory, "the record of its state is missing");
  return decodeState(state);
}

/**
 * Batches by turn of the event loop are off: with them lmdb-js makes a promise that nobody holds, and a write that fails would end the process
 * as an unhandled rejection. Our groups are batches already.
 */
function openRoot(path: string): RootDatabase<Buffer, Buffer> {
  return open<Buffer, Buffer>({
    ...bytesOnly,
    path,
    noSubdir: true,
    overlappingSync: false,
    eventTurnBatching: false,
    maxDbs: 2,
    ...(is32Bit ? {} : { mapSize: initialMapBytes }),
  });
}

/** Under another name first, so that a power cut leaves either no file or a whole one. */
async function makeFile(directory: string, path: string): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const root = openRoot(draft);
  try {
    root.openDB("objects", bytesOnly);
    root.openDB("log", bytesOnly);
    await root.batch(() => {
      void root.put(formatKey, Buffer.from(`${formatPrefix}${formatVersion}`));
      void root.put(stateKey, encodeState({ head: 0, floor: 0 }));
    });
  } finally {
    await root.close();
  }
  await rm(`${draft}-lock`, { force: true });
  await rename(draft, path);
  await syncDirectory(directory);
  await syncDirectory(dirname(resolve(directory)));
}

function checkFormat(directory: string, root: RootDatabase<Buffer, Buffer>): void {
  const format = root.get(formatKey)?.toString() ?? "";
  if (format === `${formatPrefix}${formatVersion}`) return;
  if (!format.startsWith(formatPrefix)) throw damagedFile(directory, "another program's data are in it");
  throw new SporeError(
    "SPORE_DATA_DIR_UNUSABLE",
    `The data directory ${directory} was written by another version of SPORE: it has ${format}, this SPORE reads format ${formatVersion}.`,
    { hint: "Install the SPORE that wrote it again, or name another directory with --data-dir." },
  );
}

import { mkdir, stat } from "node:fs/promises";
import { SporeError } from "../base/errors.ts";
import { unusableDirectory } from "./unusable-directory.ts";

const writableByAll = 0o002;

/**
 * Makes `directory` where it is missing (mode 0700). Whoever may write in it could put tokens and keys of their own where ours are looked for, so
 * one that everybody may write in, such as `/tmp`, or that belongs to another user is refused. Root may use anybody's.
 *
 * @param user the id of this process's user; undefined where the system has none.
 * @throws SporeError `SPORE_DATA_DIR_UNUSABLE`.
 */
export async function ownDirectory(directory: string, user: number | undefined): Promise<void> {
  const { mode, uid } = await made(directory);
  if ((mode & writableByAll) !== 0) {
    const hint = `Name a directory inside it with --data-dir, which spored makes for itself, or run: chmod o-w ${directory}`;
    throw refused(directory, "every user of this machine may write in it", hint);
  }
  if (user === undefined || user === 0 || uid === user || uid === 0) return;
  const hint = "Name a directory of your own with --data-dir.";
  throw refused(directory, `it belongs to the user with the id ${uid}, and spored runs as ${user}`, hint);
}

async function made(directory: string) {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return await stat(directory);
  } catch (error) {
    throw unusableDirectory(directory, error);
  }
}

function refused(directory: string, why: string, hint: string): SporeError {
  return new SporeError("SPORE_DATA_DIR_UNUSABLE", `The data directory ${directory} is not safe: ${why}.`, { hint });
}

import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { syncDirectory } from "./sync-directory.ts";

/**
 * Writes a file so that after a crash or power cut there is either the old content or the new one, both whole, and never anybody but the owner can
 * read it unless `mode` says so.
 */
export async function writeFileAtomically(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const draft = `${path}.draft`;
  try {
    const file = await open(draft, "w", mode);
    try {
      await file.chmod(mode); // a draft of an earlier crash keeps the mode it had
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  await syncDirectory(dirname(path));
}

import { open } from "node:fs/promises";

/** Makes the names in a directory safe from a power cut: a file that was made or renamed is safe only when its name is. */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, "r");
  await directory.sync();
}

import { lstatSync, realpathSync } from "node:fs";
import { sep } from "node:path";
import { watch } from "chokidar";
import type { Clock, Timer } from "../base/clock.ts";
import { abortOf } from "../base/deadline.ts";

/** How long a directory must have been quiet: editors save in several steps, and git checks out file by file. */
const quietMs = 300;

/**
 * Calls `changed` some time after something below `directory` was added, changed or removed, until `signal` aborts. The directory itself
 * may come and go.
 */
export async function watchTree(
  directory: string,
  clock: Clock,
  signal: AbortSignal,
  changed: () => void,
): Promise<void> {
  const ignored = (path: string) => leadsOut(path, directory);
  const watcher = watch(directory, { ignoreInitial: true, atomic: true, followSymlinks: true, ignored });
  let timer: Timer | undefined;
  watcher.on("all", () => {
    timer?.cancel();
    timer = clock.after(quietMs, changed);
  });
  watcher.on("error", () => changed()); // what is wrong shows when the tree is read
  await abortOf(signal);
  timer?.cancel();
  await watcher.close();
}

/** A link out of the directory is refused when the tree is read; followed here, one to `/` would have the whole machine watched. */
function leadsOut(path: string, directory: string): boolean {
  try {
    if (path === directory || !lstatSync(path).isSymbolicLink()) return false;
    const root = realpathSync(directory);
    const target = realpathSync(path);
    return target !== root && !target.startsWith(root + sep);
  } catch {
    return false; // it has gone, or leads nowhere: there is nothing to follow
  }
}

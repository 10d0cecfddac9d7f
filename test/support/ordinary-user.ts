import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { program } from "./built-programs.ts";

/** The user and group that own nothing. */
export const nobody = 65534;

/** Whether this is root, who can become that user, and whether that user can read the checkout and run this Node.js. */
export function mayBecomeNobody(): boolean {
  if (process.getuid?.() !== 0) return false;
  const options = { uid: nobody, gid: nobody, cwd: dirname(program("main.js")) };
  return spawnSync(process.execPath, ["-e", ""], options).status === 0;
}

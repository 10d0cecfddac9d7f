import { SporeError } from "../base/errors.ts";
import { systemErrorCode } from "../base/system-error-code.ts";

const hints: Readonly<Record<string, string>> = {
  EACCES: "Give this user the right to write there, or name another directory with --data-dir.",
  EPERM: "Give this user the right to write there, or name another directory with --data-dir.",
  EROFS: "The file system is mounted read-only; name another directory with --data-dir.",
  ENOTDIR: "A part of that path is a file; name another directory with --data-dir.",
  EEXIST: "A part of that path is a file; name another directory with --data-dir.",
  ENOSPC: "The disk is full; free some space.",
  EIO: "The disk fails; see the kernel's log (dmesg). What was acknowledged is kept: start again once it is well, or from a copy on another disk.",
  EDQUOT: "This user's share of the disk is full; free some space.",
};

/** What a failed system call on the data directory means to the user. */
export function unusableDirectory(directory: string, error: unknown): SporeError {
  const reason = error instanceof Error ? error.message : String(error);
  const hint = hints[systemErrorCode(error) ?? ""];
  return new SporeError(
    "SPORE_DATA_DIR_UNUSABLE",
    `The data directory ${directory} cannot be used: ${reason}.`,
    hint === undefined ? {} : { hint },
    { cause: error },
  );
}

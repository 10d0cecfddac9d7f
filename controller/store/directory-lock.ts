import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import { unusableDirectory } from "./unusable-directory.ts";

/** Also where they are when this process was started with a PATH that lacks them. */
const flockPrograms = ["flock", "/usr/bin/flock", "/bin/flock"];
/** What util-linux and busybox answer when somebody else has the lock. */
const flockConflictExit = 1;
/** `open(2)` on macOS and the BSDs: take an exclusive flock with the file, and fail rather than wait. */
const O_EXLOCK = 0x20;
const O_NONBLOCK = 0x4;

/**
 * Makes `directory` where it is missing (mode 0700) and holds it for this process alone, until disposal or death.
 *
 * The lock is a flock(2) on the file `lock` in it. The kernel gives it to one process and takes it back when that process ends, however it
 * ends, so no lock can be stale and nothing is guessed from process ids, which lie between containers and after a reboot. Node has no call for
 * it, yet needs no native package: on macOS and the BSDs opening the file can take it; on Linux the program flock (part of util-linux and of
 * busybox) is handed our own descriptor. Such a lock belongs to the open file, not to the process that asked for it, so it stays with us when
 * the program has ended.
 *
 * A Linux system without that program gets an abstract Unix socket named after the directory's inode: as atomic, and as surely gone with its
 * process, but not seen from another network namespace, which is logged.
 *
 * @throws SporeError `SPORE_DATA_DIR_LOCKED` when another process holds it; its process id is in the message where it could be read.
 * `SPORE_DATA_DIR_UNUSABLE` when the directory or the file cannot be made.
 */
export async function lockDirectory(directory: string, log: Logger): Promise<AsyncDisposable> {
  const path = join(directory, "lock");
  const bsd = process.platform !== "linux";
  let file: FileHandle;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    file = await open(path, constants.O_RDWR | constants.O_CREAT | (bsd ? O_EXLOCK | O_NONBLOCK : 0), 0o600);
  } catch (error) {
    if (bsd && systemErrorCode(error) === "EAGAIN") throw await lockedBy(directory);
    throw unusableDirectory(directory, error);
  }
  try {
    const held = bsd ? { release: async () => {} } : await holdOnLinux(directory, file, log);
    if (held === undefined) throw await lockedBy(directory);
    await file.truncate();
    await file.write(`${process.pid}\n`, 0);
    return {
      async [Symbol.asyncDispose]() {
        await held.release();
        await file.close();
      },
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface Held {
  release(): Promise<void>;
}

/** Undefined when somebody else holds the directory. */
async function holdOnLinux(directory: string, file: FileHandle, log: Logger): Promise<Held | undefined> {
  for (const program of flockPrograms) {
    const exit = await runFlock(program, file.fd);
    if (exit === 0) return { release: async () => {} };
    if (exit === flockConflictExit) return undefined;
  }
  log.warn(
    { directory },
    "there is no working flock program: the data directory is protected only against processes of the same network namespace",
  );
  return holdSocket(file);
}

/** The exit status of `program` on our own descriptor, or undefined when there is no such program. */
function runFlock(program: string, descriptor: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, ["-x", "-n", "3"], { stdio: ["ignore", "ignore", "ignore", descriptor] });
    child.once("error", () => resolve(undefined));
    child.once("exit", (status) => resolve(status ?? undefined));
  });
}

async function holdSocket(file: FileHandle): Promise<Held | undefined> {
  const { dev, ino } = await file.stat();
  const server = createServer((client) => client.destroy());
  const bound = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(`\0spore-data-directory-${dev}-${ino}`, () => resolve(true));
  });
  if (!bound) return undefined;
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

async function lockedBy(directory: string): Promise<SporeError> {
  const path = join(directory, "lock");
  const pid = await readPid(path);
  const holder = pid === undefined ? "another process" : `process ${pid}`;
  return new SporeError("SPORE_DATA_DIR_LOCKED", `The data directory ${directory} is in use by ${holder}.`, {
    hint: "Stop that process first, or name another directory with --data-dir.",
  });
}

async function readPid(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path);
    return /^\d+/.exec(await file.readFile("utf8"))?.[0];
  } catch {
    return undefined; // the refusal matters, the name of the holder is a courtesy
  }
}

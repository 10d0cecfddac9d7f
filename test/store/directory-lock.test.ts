import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Logger, silentLogger } from "../../controller/base/log.ts";
import { lockDirectory } from "../../controller/store/directory-lock.ts";
import { code } from "../contract/store/setup.ts";
import { programUrl } from "../support/built-programs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const writer = fileURLToPath(new URL("processes/writer.mjs", import.meta.url));

describe("lockDirectory", () => {
  it("makes the directory for its owner alone, and says in the lock who holds it", async () => {
    await using work = await temporaryDirectory();
    const directory = join(work.path, "deep", "data");
    await using _lock = await lockDirectory(directory, silentLogger);
    expect(await readFile(join(directory, "lock"), "utf8")).toBe(`${process.pid}\n`);
  });

  it("refuses a second holder, also in the same process, and names the first", async () => {
    await using work = await temporaryDirectory();
    await using _lock = await lockDirectory(work.path, silentLogger);
    await expect(lockDirectory(work.path, silentLogger)).rejects.toMatchObject({
      code: "SPORE_DATA_DIR_LOCKED",
      message: expect.stringContaining(`process ${process.pid}`),
    });
  });

  it("lets go when it is disposed of", async () => {
    await using work = await temporaryDirectory();
    for (let i = 0; i < 3; i++) {
      await using _lock = await lockDirectory(work.path, silentLogger);
    }
  });

  it("takes no notice of what a lock file says, only of who holds it", async () => {
    await using work = await temporaryDirectory();
    await writeFile(join(work.path, "lock"), `${process.ppid} some process that lives\n`);
    await using _lock = await lockDirectory(work.path, silentLogger);
    expect(await readFile(join(work.path, "lock"), "utf8")).toBe(`${process.pid}\n`);
  });

  it("lets one of many at once have it", async () => {
    await using work = await temporaryDirectory();
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(work.path, silentLogger)));
    const held = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(held).toHaveLength(1);
    for (const lock of held) await lock[Symbol.asyncDispose]();
  });

  it("refuses while another process holds it, by name, and not once that was killed", { timeout: 60_000 }, async () => {
    await using work = await temporaryDirectory();
    const child = spawn(process.execPath, [writer, programUrl("store/lmdb.js"), work.path, "1"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "close");
    await once(child.stdout, "data");
    await expect(lockDirectory(work.path, silentLogger)).rejects.toMatchObject({
      code: "SPORE_DATA_DIR_LOCKED",
      message: expect.stringContaining(`process ${child.pid}`),
    });
    child.stdout.resume();
    child.kill("SIGKILL");
    await ended;
    await using _lock = await lockDirectory(work.path, silentLogger);
  });

  it("refuses a lock file that is a directory", async () => {
    await using work = await temporaryDirectory();
    await mkdir(join(work.path, "lock"));
    await expect(lockDirectory(work.path, silentLogger)).rejects.toEqual(code("SPORE_DATA_DIR_UNUSABLE"));
  });
});

describe.skipIf(process.platform !== "linux")("lockDirectory on a Linux without flock", () => {
  afterEach(() => vi.doUnmock("node:child_process"));

  it("holds the directory all the same, and says what that is worth", async () => {
    vi.resetModules();
    vi.doMock("node:child_process", () => ({ spawn: () => spawn("/nowhere/flock") }));
    const { lockDirectory: lockWithoutFlock } = await import("../../controller/store/directory-lock.ts");
    await using work = await temporaryDirectory();
    const warnings: string[] = [];
    const log: Logger = { ...silentLogger, warn: (_fields, sentence) => warnings.push(sentence) };
    {
      await using _lock = await lockWithoutFlock(work.path, log);
      expect(warnings).toEqual([expect.stringContaining("network namespace")]);
      await expect(lockWithoutFlock(work.path, silentLogger)).rejects.toMatchObject({ code: "SPORE_DATA_DIR_LOCKED" });
    }
    await using _again = await lockWithoutFlock(work.path, log);
  });
});

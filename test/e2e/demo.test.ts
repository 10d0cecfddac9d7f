import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { program } from "../support/built-programs.ts";
import { hasTool } from "../support/machine-tools.ts";
import { mayBecomeNobody, nobody } from "../support/ordinary-user.ts";
import { ownBase, ownUdpPort } from "../support/own-network.ts";
import { descendants, living } from "../support/processes.ts";
import { directoryOfTest } from "../support/temporary-directory.ts";
import type { Finished } from "./plane.ts";

const demo = program("demo/main.js");

/** Flags by which two demos do not meet. */
async function ownFlags(): Promise<readonly string[]> {
  const ports = [
    "--api-port",
    "0",
    "--gateway-port",
    "0",
    "--http-port",
    "0",
    "--udp-port",
    String(await ownUdpPort()),
  ];
  return [...ports, "--base", await ownBase()];
}

/** A TMPDIR of its own shows what is left behind. */
const ownTemporaryDirectory = directoryOfTest;

interface Demo {
  readonly child: ChildProcess;
  readonly ended: Promise<Finished>;
  /** Resolves once the output matches. */
  said(pattern: RegExp): Promise<string>;
}

function start(words: readonly string[], env: NodeJS.ProcessEnv, uid?: number): Demo {
  const child = spawn(process.execPath, [demo, ...words], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
    for (const look of waiting) look();
  });
  child.stderr?.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([code]): Finished => ({ code, stdout, stderr }));
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(stdout);
        if (!found) return;
        waiting.delete(look);
        resolve(found[1] ?? found[0]);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`ended without ${pattern}: ${stdout}${stderr}`)));
    });
  return { child, ended, said };
}

describe("npm start", () => {
  it.skipIf(!hasTool("compiler"))(
    "--once converges, says so in order, and leaves nothing behind (needs a C++ compiler)",
    { timeout: 120_000 },
    async () => {
      const temporary = ownTemporaryDirectory();
      const { ended } = start(["--once", "--nodes", "2", ...(await ownFlags())], { TMPDIR: temporary });
      const { code, stdout, stderr } = await ended;
      expect([code, stderr]).toEqual([0, ""]);
      const order = [
        "https://127.0.0.1:",
        "2 node processes (the C++ firmware",
        "firmware.spore.dev/lab-sensor-1.0.0 created",
        "firmware.spore.dev/lab-sensor-1.1.0 created",
        "nodegroup.spore.dev/lab-sensors created",
        "converged: 2 nodes run lab-sensor 1.1.0 after",
      ].map((text) => stdout.indexOf(text));
      expect(order).not.toContain(-1);
      expect(order).toEqual([...order].sort((a, b) => a - b));
      expect(await readdir(temporary)).toEqual([]);
    },
  );

  it("goes on until Ctrl-C, and then leaves no process and no directory", { timeout: 120_000 }, async () => {
    const temporary = ownTemporaryDirectory();
    const { child, ended, said } = start(["--nodes", "2", ...(await ownFlags())], { TMPDIR: temporary });
    await said(/nodegroup\.spore\.dev\/lab-sensors created/);
    const children = await descendants(child.pid ?? 0);
    expect(children.length).toBeGreaterThan(0);
    child.kill("SIGINT");
    expect((await ended).code).toBe(0);
    expect(await living(children)).toEqual([]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it("killed outright takes spored and its boards with it", { timeout: 120_000 }, async () => {
    const { child, ended, said } = start(["--nodes", "2", ...(await ownFlags())], { TMPDIR: ownTemporaryDirectory() });
    await said(/nodegroup\.spore\.dev\/lab-sensors created/);
    const children = await descendants(child.pid ?? 0);
    expect(children.length).toBeGreaterThan(2);
    child.kill("SIGKILL");
    await ended;
    await expect.poll(() => living(children), { timeout: 15_000, interval: 50 }).toEqual([]);
  });

  it("--once says that it was interrupted, which is no success", { timeout: 60_000 }, async () => {
    const temporary = await ownTemporaryDirectory();
    const flags = ["--once", "--nodes", "1", "--simulated", ...(await ownFlags())];
    const { child, ended, said } = start(flags, { TMPDIR: temporary });
    await said(/nodegroup\.spore\.dev\/lab-sensors created/);
    child.kill("SIGINT");
    const { code, stdout } = await ended;
    expect([code, stdout.trimEnd().split("\n").at(-1)]).toEqual([130, "interrupted: the fleet had not converged"]);
    expect(await readdir(temporary)).toEqual([]);
  });

  it("names the port that is taken and the flag that changes it", { timeout: 60_000 }, async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void holder.close());
    const address = holder.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const temporary = ownTemporaryDirectory();
    const flags = ["--once", "--nodes", "1", "--simulated", ...(await ownFlags()), "--api-port", `${port}`];
    const { code, stderr } = await start(flags, { TMPDIR: temporary }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`${port}`);
    expect(stderr).toContain("--api-port");
    expect(await readdir(temporary)).toEqual([]);
  });

  it("refuses flags that make no sense", async () => {
    for (const [words, complaint] of [
      [["--nodes", "many"], '--nodes "many": must be a number from 1 to 200'],
      [["--bogus"], "--bogus"],
    ] as const) {
      const { code, stdout, stderr } = await start(words, {}).ended;
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toContain(complaint);
    }
  });

  it("without a compiler says how to get one, and shows simulated nodes", { timeout: 60_000 }, async () => {
    const temporary = ownTemporaryDirectory();
    const bare = join(ownTemporaryDirectory(), "bin");
    await mkdir(bare);
    await symlink(process.execPath, join(bare, "node"));
    const flags = ["--once", "--nodes", "2", ...(await ownFlags())];
    const { code, stdout } = await start(flags, { TMPDIR: temporary, PATH: bare }).ended;
    expect(stdout).toMatch(/There is no C\+\+ compiler[\s\S]*(apt-get install -y g\+\+|xcode-select)[\s\S]*SIMULATED/);
    expect(stdout).toMatch(/2 SIMULATED nodes/);
    expect(stdout).toMatch(/converged: 2 nodes/);
    expect(code).toBe(0);
    expect(await readdir(temporary)).toEqual([]);
  });

  it.skipIf(!mayBecomeNobody())(
    "works for an ordinary user (needs root to become one)",
    { timeout: 60_000 },
    async () => {
      const temporary = ownTemporaryDirectory();
      spawnSync("chown", ["nobody", temporary]);
      const flags = ["--once", "--nodes", "2", "--simulated", ...(await ownFlags()), "--http-port", "80"];
      const { code, stdout, stderr } = await start(flags, { TMPDIR: temporary, HOME: temporary }, nobody).ended;
      expect([code, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(/converged: 2 nodes/);
      expect(await readdir(temporary)).toEqual([]);
    },
  );
});

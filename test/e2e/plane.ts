import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "../../controller/base/clock.ts";
import { apiClient } from "../../controller/client/api-client.ts";
import type { Client } from "../../controller/client/client.ts";
import { httpsTransport } from "../../controller/client/https-transport.ts";
import { readKubeconfig } from "../../controller/client/kubeconfig.ts";
import { program } from "../support/built-programs.ts";
import { ownUdpPort } from "../support/own-network.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

export interface PlaneOptions {
  /** Where its nodes speak; absent: a free port, see `Plane.udpPort`. */
  readonly udpPort?: number;
  /** More flags of `spored`. */
  readonly flags?: readonly string[];
}

/** How a process ended, and what it said. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A `spored` in a process of its own, with a data directory that outlives its crashes. */
export interface Plane extends AsyncDisposable {
  readonly dataDir: string;
  readonly udpPort: number;
  readonly kubeconfig: string;
  readonly pid: number;
  /** `https://127.0.0.1:PORT` of the process that runs now. */
  readonly api: string;
  /** With all rights, over HTTPS, to the process that runs now. */
  readonly client: Client;
  /** What it has logged since it started last. */
  readonly log: readonly string[];
  /** Starts it again, and waits until it serves. */
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
  /** Orderly; the exit code. */
  stop(): Promise<number | null>;
  /** `sporectl` in a process of its own. */
  sporectl(words: readonly string[], input?: string): Promise<Finished>;
}

/** Starts `spored` on free ports and a fresh data directory; both go when it is disposed of. */
export async function startPlane({ udpPort, flags = [] }: PlaneOptions = {}): Promise<Plane> {
  const { path: dataDir } = await temporaryDirectory();
  const plane = new ProcessPlane(dataDir, udpPort ?? (await ownUdpPort()), flags);
  try {
    await plane.start();
  } catch (error) {
    await plane[Symbol.asyncDispose]();
    throw error;
  }
  return plane;
}

/** Runs a program to its end. */
export async function run(
  path: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
  input = "",
): Promise<Finished> {
  const child = spawn(process.execPath, [path, ...words], { env: { PATH: process.env.PATH, ...env } });
  child.stdin.on("error", () => {}); // it may end before it has read everything
  child.stdin.end(input);
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = await once(child, "close");
  return { code, stdout: stdout(), stderr: stderr() };
}

const startTimeoutMs = 60_000;

class ProcessPlane implements Plane {
  readonly dataDir: string;
  readonly udpPort: number;
  readonly #flags: readonly string[];
  #running: Running | undefined;

  constructor(dataDir: string, udpPort: number, flags: readonly string[]) {
    this.dataDir = dataDir;
    this.udpPort = udpPort;
    this.#flags = flags;
  }

  get kubeconfig(): string {
    return join(this.dataDir, "admin.kubeconfig");
  }

  get pid(): number {
    return this.#process.child.pid ?? 0;
  }

  get api(): string {
    return this.#process.api;
  }

  get client(): Client {
    return this.#process.client;
  }

  get log(): readonly string[] {
    return this.#process.log;
  }

  async start(): Promise<void> {
    const ports = ["--api-port", "0", "--gateway-port", "0", "--udp-port", String(this.udpPort)];
    const words = ["--enable-source-maps", program("main.js"), "--data-dir", this.dataDir, ...ports, ...this.#flags];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    const log: string[] = [];
    const closed = once(child, "close");
    try {
      const api = await readyLine(child, log);
      const access = await readKubeconfig([this.kubeconfig]);
      const connection = httpsTransport(access, systemClock);
      const client = apiClient(connection.transport, { clock: systemClock, userAgent: "e2e/1" });
      this.#running = { child, closed, log, api, client, connection };
    } catch (error) {
      child.kill("SIGKILL");
      await closed;
      throw error;
    }
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  stop(): Promise<number | null> {
    return this.#end("SIGTERM");
  }

  sporectl(words: readonly string[], input = ""): Promise<Finished> {
    return run(program("cli/main.js"), words, { SPORE_KUBECONFIG: this.kubeconfig, HOME: this.dataDir }, input);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#running) await this.#end("SIGKILL");
    await rm(this.dataDir, { recursive: true, force: true });
  }

  get #process(): Running {
    if (!this.#running) throw new TypeError("spored does not run");
    return this.#running;
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const { child, closed, connection } = this.#process;
    this.#running = undefined;
    child.kill(signal);
    await closed;
    await connection[Symbol.asyncDispose]();
    return child.exitCode;
  }
}

interface Running {
  readonly child: ChildProcess;
  readonly closed: Promise<unknown>;
  readonly log: readonly string[];
  readonly api: string;
  readonly client: Client;
  readonly connection: AsyncDisposable;
}

/** Waits for the line by which `spored` says that it serves; returns the URL of its API. */
function readyLine(child: ChildProcess, log: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (how: string) => reject(new Error(`spored ${how}:\n${log.slice(-8).join("\n")}`));
    const late = systemClock.after(startTimeoutMs, () => fail("does not serve"));
    child.once("close", (code, killedBy) => {
      late.cancel();
      fail(`ended with ${killedBy ?? code}`);
    });
    const hear = (line: string) => {
      log.push(line);
      const api = /"ready":true.*?"api":"([^"]+)"/.exec(line)?.[1];
      if (api === undefined) return;
      late.cancel();
      resolve(api);
    };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on("line", hear);
  });
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  stream.on("data", (chunk: Buffer) => chunks.push(chunk));
  return () => Buffer.concat(chunks).toString("utf8");
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { systemClock } from "../../controller/base/clock.ts";
import { program } from "../support/built-programs.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

export interface SporedOnOptions {
  /** Of the API server it works on. */
  readonly kubeconfig: string;
  readonly udpPort: number;
  /** Its own address of loopback: two processes cannot hear at one. */
  readonly hearsAt: string;
  readonly flags?: readonly string[];
}

const startTimeoutMs = 60_000;

/** A `spored --kubeconfig` in a process of its own. */
export class SporedOn implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #dataDir: string;
  /** What it has logged. */
  readonly log: string[] = [];
  readonly #waiting = new Set<{ readonly text: string; readonly heard: (line: string) => void }>();

  private constructor(dataDir: string, child: ChildProcess) {
    this.#dataDir = dataDir;
    this.#child = child;
    this.#closed = once(child, "close");
    for (const stream of [child.stdout, child.stderr])
      if (stream) createInterface(stream).on("line", (line) => this.#hear(line));
  }

  /** Resolves when it is ready, whether it leads or not. */
  static async start({ kubeconfig, udpPort, hearsAt, flags = [] }: SporedOnOptions): Promise<SporedOn> {
    const { path: dataDir } = await temporaryDirectory();
    const hears = ["--udp-port", String(udpPort), "--discovery-bind", hearsAt, "--broadcast", "127.255.255.255"];
    const own = ["--data-dir", dataDir, "--gateway-port", "0", "--api-port", "0"];
    const words = [program("main.js"), "--kubeconfig", kubeconfig, ...own, ...hears, ...flags];
    const child = spawn(process.execPath, ["--enable-source-maps", ...words], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const spored = new SporedOn(dataDir, child);
    try {
      await spored.said('"ready":true');
    } catch (error) {
      await spored[Symbol.asyncDispose]();
      throw error;
    }
    return spored;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Resolves with the first line that holds `text`, from the beginning. */
  said(text: string): Promise<string> {
    const known = this.log.find((line) => line.includes(text));
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const late = systemClock.after(startTimeoutMs, () => fail("stays silent"));
      const fail = (how: string) => {
        late.cancel();
        reject(new Error(`spored ${how}, waited for ${text}:\n${this.log.slice(-8).join("\n")}`));
      };
      const entry = {
        text,
        heard: (line: string) => {
          late.cancel();
          resolve(line);
        },
      };
      this.#waiting.add(entry);
      void this.#closed.then(() => fail("ended"));
    });
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }

  /** Orderly; the exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    await this.#closed;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.kill();
    await rm(this.#dataDir, { recursive: true, force: true });
  }

  #hear(line: string): void {
    this.log.push(line);
    for (const entry of this.#waiting) {
      if (!line.includes(entry.text)) continue;
      this.#waiting.delete(entry);
      entry.heard(line);
    }
  }
}

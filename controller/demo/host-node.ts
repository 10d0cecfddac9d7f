import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { Clock } from "../base/clock.ts";
import { Deadline, untilAborted } from "../base/deadline.ts";
import { SporeError } from "../base/errors.ts";
import type { HostFirmware, HostImage } from "./build-firmware.ts";

/** One board: what it is called, where it is, what it starts with. */
export interface HostNodeOptions {
  /** Where its flash and files are. Provisioned when it holds no flash yet; otherwise the board goes on as it was. */
  readonly stateDir: string;
  readonly firmware: Pick<HostFirmware, "loader" | "keyFile">;
  /** What is in flash when the board is new. */
  readonly factoryImage: Pick<HostImage, "path">;
  /** `esp_` and six hex digits, which become the chip id. */
  readonly hostname: string;
  /** An address of the loopback network, 127.x.y.z. */
  readonly address: string;
  /** 0 takes any free port, which the node announces. 80 where absent, or any free port where that is not permitted. */
  readonly httpPort?: number;
  readonly udpPort?: number;
  /** Where heartbeats go; 127.255.255.255 where absent. */
  readonly broadcast?: string;
  /** Labels that the board has from the start and cannot lose. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Contents of `config.json` when the board is new: settings, and `labels` that can be changed. */
  readonly config?: Readonly<Record<string, string | number | Readonly<Record<string, string>>>>;
  /** How fast it takes an upload; as fast as it comes where absent. */
  readonly otaBytesPerSecond?: number;
  /** How long a reboot takes. */
  readonly bootDelayMs?: number;
  /** More flags of the program: `--fail`, `--drop-udp`, `--power-cut-after-writes` and so on. */
  readonly flags?: readonly string[];
  /** Gets each line that the board prints on its console. */
  readonly onLine?: (line: string) => void;
}

/** How a board's process ended. */
export interface HostNodeEnd {
  readonly code: number | null;
  readonly killedBy: NodeJS.Signals | null;
}

/** A running board: one process for as long as it has power, through all its reboots. */
export interface HostNode {
  readonly pid: number;
  readonly hostname: string;
  readonly address: string;
  readonly stateDir: string;
  /** Settles when the process has ended, for whatever reason. */
  readonly ended: Promise<HostNodeEnd>;
  /** The port of its HTTP server, once it has said so; the newest one after a reboot. Waits at most `timeoutMs`. */
  httpPort(timeoutMs?: number): Promise<number>;
  /** Asks the process to end, and waits. */
  stop(): Promise<void>;
  /** Takes the power away: whatever it was doing, it did half of it. */
  powerCut(): Promise<void>;
}

const execFileText = promisify(execFile);
const never = new AbortController().signal;
const readyTimeoutMs = 10_000;
const readyLine = /, http=(\d+) udp=\d+$/;

/**
 * Switches a board on. It is off again when `stop` or `powerCut` is called, or when this process ends.
 *
 * @throws SporeError `SPORE_BUILD_FAILED` when its state directory cannot be provisioned or its loader not be started.
 */
export async function bootNode(options: HostNodeOptions, clock: Clock): Promise<HostNode> {
  if (!(await isProvisioned(options.stateDir))) await provision(options);
  const loader = join(options.stateDir, "loader");
  const child = spawn(loader, flagsOf(options), {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env.PATH ?? "" },
  });
  const ended = new Promise<HostNodeEnd>((resolve) => {
    child.once("close", (code, killedBy) => resolve({ code, killedBy }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) =>
      reject(new SporeError("SPORE_BUILD_FAILED", `The board's loader ${loader} does not start.`, {}, { cause })),
    );
  });
  return new RunningNode(options, child, ended, clock);
}

class RunningNode implements HostNode {
  readonly hostname: string;
  readonly address: string;
  readonly stateDir: string;
  readonly pid: number;
  readonly ended: Promise<HostNodeEnd>;
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #console: string[] = [];
  readonly #waiting = new Set<(port: number) => void>();
  #port: number | undefined;

  constructor(options: HostNodeOptions, child: ChildProcess, ended: Promise<HostNodeEnd>, clock: Clock) {
    this.hostname = options.hostname;
    this.address = options.address;
    this.stateDir = options.stateDir;
    this.pid = child.pid ?? 0;
    this.ended = ended;
    this.#child = child;
    this.#clock = clock;
    // Without a listener a broken pipe at power-off would end this process.
    child.stdin?.on("error", () => {});
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface(stream).on("line", (line) => this.#hear(line, options.onLine));
    }
  }

  async httpPort(timeoutMs = readyTimeoutMs): Promise<number> {
    if (this.#port !== undefined) return this.#port;
    const heard = new Promise<number>((resolve) => this.#waiting.add(resolve));
    const over = this.ended.then(({ code, killedBy }) => {
      throw this.#failure(`ended (${killedBy ?? `exit code ${code}`}) before it served HTTP`);
    });
    using limit = new Deadline(this.#clock, never, timeoutMs, `the start of board ${this.hostname}`);
    return await untilAborted(Promise.race([heard, over]), limit.signal);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.ended;
  }

  async powerCut(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  #hear(line: string, onLine: ((line: string) => void) | undefined): void {
    this.#console.push(line);
    if (this.#console.length > consoleMaxLines) this.#console.shift();
    onLine?.(line);
    const port = readyLine.exec(line)?.[1];
    if (port === undefined) return;
    this.#port = Number(port);
    for (const resolve of this.#waiting) resolve(this.#port);
    this.#waiting.clear();
  }

  #failure(what: string): SporeError {
    const said = this.#console.length > 0 ? ` It said: ${this.#console.slice(-3).join(" / ")}` : "";
    return new SporeError("SPORE_DEVICE_UNREACHABLE", `The board ${this.hostname} ${what}.${said}`);
  }
}

const consoleMaxLines = 200;

function flagsOf(options: HostNodeOptions): string[] {
  const flags = ["--until-stdin-closes", "--state-dir", options.stateDir];
  flags.push("--hostname", options.hostname, "--bind", options.address);
  const add = (flag: string, value: string | number | undefined) => {
    if (value !== undefined) flags.push(flag, String(value));
  };
  add("--http-port", options.httpPort);
  add("--udp-port", options.udpPort);
  add("--broadcast", options.broadcast);
  add("--ota-rate", options.otaBytesPerSecond);
  add("--boot-delay-ms", options.bootDelayMs);
  for (const [key, value] of Object.entries(options.labels ?? {})) flags.push("--label", `${key}=${value}`);
  return [...flags, ...(options.flags ?? [])];
}

function isProvisioned(stateDir: string): Promise<boolean> {
  return stat(join(stateDir, "flash.bin")).then(
    () => true,
    () => false,
  );
}

async function provision({ stateDir, firmware, factoryImage, config }: HostNodeOptions): Promise<void> {
  await mkdir(dirname(stateDir), { recursive: true });
  const parameters = [
    "provision",
    "--state-dir",
    stateDir,
    "--factory-image",
    factoryImage.path,
    "--key-file",
    firmware.keyFile,
  ];
  try {
    await execFileText(firmware.loader, parameters);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new SporeError("SPORE_BUILD_FAILED", `The board in ${stateDir} could not be set up: ${said}`, {}, { cause });
  }
  if (config) await writeFile(join(stateDir, "config.json"), JSON.stringify(config), { mode: 0o600 });
}

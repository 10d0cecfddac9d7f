import { join } from "node:path";
import type { Clock, Timer } from "../base/clock.ts";
import type { HostFirmware, HostImage } from "./build-firmware.ts";
import { bootNode, type HostNode, type HostNodeOptions } from "./host-node.ts";

/** Boards that are processes of this machine, and their power supply. */
export interface BoardFleet extends AsyncDisposable {
  readonly size: number;
  /** Process ids of the boards that have power, by hostname. */
  pids(): ReadonlyMap<string, number>;
  /** The first board as it is now. */
  first(): Promise<BoardNow>;
}

export interface BoardNow {
  readonly hostname: string;
  readonly address: string;
  /** Where it serves HTTP. */
  readonly port: number;
  /** Undefined while it has no power. */
  readonly pid: number | undefined;
}

export interface BoardFleetOptions {
  readonly firmware: HostFirmware;
  /** What is in flash when a board is new. */
  readonly factoryImage: HostImage;
  readonly count: number;
  /** Address of the first board; the others follow. */
  readonly base: string;
  readonly httpPort: number;
  readonly udpPort: number;
  /** Keeps each board's flash and files. */
  readonly directory: string;
  readonly otaBytesPerSecond: number;
  readonly clock: Clock;
  /** Gets a sentence when a board lost its power, and when it has it again. */
  readonly onEvent: (sentence: string) => void;
}

/** How long a board that was killed stays without power. */
const powerBackAfterMs = 12_000;
/** A reboot as a fast board does it. */
const bootDelayMs = 1500;

/** Switches the boards on, all with the same factory image, and back on when somebody kills one. */
export async function startBoards(options: BoardFleetOptions): Promise<BoardFleet> {
  const supply = new PowerSupply(options);
  const sockets = Array.from({ length: options.count }, (_, index) => boardOptions(options, index));
  // Also the slowest is waited for: none may write to the directory after it was given up.
  const ends = await Promise.allSettled(sockets.map((board) => supply.plugIn(board)));
  const failed = ends.find((end) => end.status === "rejected");
  if (!failed) return supply;
  await supply[Symbol.asyncDispose]();
  throw failed.reason;
}

function boardOptions(fleet: BoardFleetOptions, index: number): HostNodeOptions {
  const hostname = `esp_A${(index + 1).toString(16).toUpperCase().padStart(5, "0")}`;
  return {
    stateDir: join(fleet.directory, hostname),
    firmware: fleet.firmware,
    factoryImage: fleet.factoryImage,
    hostname,
    address: addressAfter(fleet.base, index),
    httpPort: fleet.httpPort,
    udpPort: fleet.udpPort,
    labels: { bench: "quickstart" },
    config: { labels: { app: "lab-sensor", room: "storage" }, telemetry_interval_ms: 60_000, site: "unset" },
    otaBytesPerSecond: fleet.otaBytesPerSecond,
    bootDelayMs,
  };
}

/** The address `offset` behind `base`, as 127.0.10.1 → 127.0.10.9; skips .0 and .255. */
export function addressAfter(base: string, offset: number): string {
  const [a = 127, b = 0, c = 0, d = 1] = base.split(".").map(Number);
  const usable = 254;
  const position = (b * 256 + c) * usable + (d - 1) + offset;
  const block = Math.floor(position / usable);
  return [a, Math.floor(block / 256) % 256, block % 256, (position % usable) + 1].join(".");
}

class PowerSupply implements BoardFleet {
  readonly #options: BoardFleetOptions;
  readonly #boards = new Map<string, HostNode>();
  readonly #timers = new Set<Timer>();
  #off = false;

  constructor(options: BoardFleetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#options.count;
  }

  pids(): ReadonlyMap<string, number> {
    return new Map([...this.#boards].map(([hostname, { pid }]) => [hostname, pid]));
  }

  async first(): Promise<BoardNow> {
    const { hostname, address } = boardOptions(this.#options, 0);
    const running = this.#boards.get(hostname);
    const port = (await running?.httpPort()) ?? this.#options.httpPort;
    return { hostname, address, port, pid: running?.pid };
  }

  async plugIn(board: HostNodeOptions): Promise<void> {
    const running = await bootNode(board, this.#options.clock);
    if (this.#off) return running.stop();
    this.#boards.set(board.hostname, running);
    void running.ended.then(() => this.#lost(board));
    await running.httpPort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#off = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all([...this.#boards.values()].map((board) => board.stop()));
  }

  #lost(board: HostNodeOptions): void {
    this.#boards.delete(board.hostname);
    if (this.#off) return;
    const { clock, onEvent } = this.#options;
    onEvent(`${board.hostname} lost its power; it has it back in ${powerBackAfterMs / 1000} s`);
    const timer = clock.after(powerBackAfterMs, () => {
      this.#timers.delete(timer);
      this.plugIn(board).then(
        () => onEvent(`${board.hostname} has power again`),
        (error: unknown) =>
          onEvent(`${board.hostname} does not start: ${error instanceof Error ? error.message : error}`),
      );
    });
    this.#timers.add(timer);
  }
}

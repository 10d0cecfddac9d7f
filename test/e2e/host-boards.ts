import { cp, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemClock } from "../../controller/base/clock.ts";
import { addressAfter } from "../../controller/demo/board-fleet.ts";
import type { HostFirmware, HostImage } from "../../controller/demo/build-firmware.ts";
import { bootNode, type HostNode, type HostNodeOptions } from "../../controller/demo/host-node.ts";
import { builtFirmware } from "../firmware/host-firmware.ts";
import { ownBase } from "../support/own-network.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

/** A build folder of one's own, which may be deleted. */
export interface BuildFolder extends AsyncDisposable {
  readonly firmware: HostFirmware;
  image(version: string): HostImage;
  remove(): Promise<void>;
}

/** Copies what the build made, so that nobody else misses it. */
export async function copyOfBuild(): Promise<BuildFolder> {
  const built = await builtFirmware();
  const folder = (await temporaryDirectory()).path;
  const copied = (path: string) => join(folder, basename(path));
  await Promise.all(
    [built.loader, built.keyFile, ...built.images.map(({ path }) => path)].map((path) => cp(path, copied(path))),
  );
  const images = built.images.map((image) => ({ ...image, path: copied(image.path) }));
  const remove = () => rm(folder, { recursive: true, force: true });
  return {
    firmware: { loader: copied(built.loader), keyFile: copied(built.keyFile), images },
    image: (version) => imageOf(images, version),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

/** Boards that are processes; each can lose its power and get it back. */
export class HostBoards implements AsyncDisposable {
  readonly #options: readonly HostNodeOptions[];
  readonly #consoles: readonly string[][];
  readonly #running: HostNode[] = [];

  private constructor(options: readonly HostNodeOptions[]) {
    this.#options = options;
    this.#consoles = options.map(() => []);
  }

  /** Switches `count` new boards on, all with `factoryImage`. */
  static async start(
    count: number,
    {
      firmware,
      factoryImage,
      udpPort,
      otaBytesPerSecond,
    }: Pick<HostNodeOptions, "firmware" | "factoryImage" | "otaBytesPerSecond"> & { readonly udpPort: number },
  ): Promise<HostBoards> {
    const parent = (await temporaryDirectory()).path;
    const base = await ownBase();
    const boards = new HostBoards(
      Array.from({ length: count }, (_, index) => ({
        stateDir: join(parent, `${index}`),
        firmware,
        factoryImage,
        hostname: `esp_E2E00${index}`,
        address: addressAfter(base, index),
        // The address is its own, so the port is free, and the same after a restart.
        httpPort: 8080,
        udpPort,
        ...(otaBytesPerSecond !== undefined && { otaBytesPerSecond }),
        bootDelayMs: 300,
        config: { restart_delay_ms: 200, site: "unset", labels: { room: "storage" } },
      })),
    );
    try {
      await Promise.all(boards.#options.map((_, index) => boards.powerOn(index)));
    } catch (error) {
      await boards[Symbol.asyncDispose]();
      throw error;
    }
    return boards;
  }

  at(index: number): HostNode {
    const board = this.#running[index];
    if (!board) throw new TypeError(`there is no board ${index}`);
    return board;
  }

  /** Everything that a board has printed, through all its restarts and power cuts. */
  console(index: number): readonly string[] {
    return this.#consoles[index] ?? [];
  }

  async powerOn(index: number): Promise<HostNode> {
    const options = this.#options[index];
    if (!options) throw new TypeError(`there is no board ${index}`);
    const onLine = (line: string) => void this.#consoles[index]?.push(line);
    const board = await bootNode({ ...options, onLine }, systemClock);
    this.#running[index] = board;
    await board.httpPort();
    return board;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running.map((board) => board?.powerCut()));
    const [first] = this.#options;
    if (first) await rm(dirname(first.stateDir), { recursive: true, force: true });
  }
}

function imageOf(images: readonly HostImage[], version: string): HostImage {
  const found = images.find((image) => image.version === version);
  if (!found) throw new TypeError(`no image of version ${version} is built`);
  return found;
}

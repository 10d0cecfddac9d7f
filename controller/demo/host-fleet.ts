import { join } from "node:path";
import type { Clock } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import { nodeNameOf } from "../drivers/node-name.ts";
import { startBoards } from "./board-fleet.ts";
import type { HostFirmware } from "./build-firmware.ts";
import { type DemoFleet, nodeUrl } from "./demo-fleet.ts";
import type { DemoOptions } from "./demo-options.ts";

export interface HostFleetOptions {
  readonly demo: DemoOptions;
  readonly firmware: HostFirmware;
  /** Of the image in `firmware` that the nodes start with, and of the one they shall come to. */
  readonly versions: { readonly program: string; readonly old: string; readonly next: string };
  readonly directory: string;
  readonly otaBytesPerSecond: number;
  readonly clock: Clock;
  /** Gets a sentence when a node loses its power, and when it has it again. */
  readonly onEvent: (sentence: string) => void;
}

/** Nodes that are processes of the C++ firmware. */
export async function startHostFleet(options: HostFleetOptions): Promise<DemoFleet> {
  const { demo, firmware, versions } = options;
  const image = (version: string) => {
    const found = firmware.images.find((each) => each.name === versions.program && each.version === version);
    if (!found) throw new SporeError("SPORE_BUILD_FAILED", `the build made no ${versions.program} ${version}`);
    return found;
  };
  const images = [image(versions.old).path, image(versions.next).path];
  const boards = await startBoards({
    firmware,
    factoryImage: image(versions.old),
    count: demo.nodes,
    base: demo.base,
    httpPort: demo.httpPort,
    udpPort: demo.udpPort,
    directory: join(options.directory, "boards"),
    otaBytesPerSecond: options.otaBytesPerSecond,
    clock: options.clock,
    onEvent: options.onEvent,
  });
  return {
    what: `${demo.nodes} node processes (the C++ firmware, built for this machine)`,
    images,
    async sample() {
      const { hostname, address, port, pid } = await boards.first();
      return { name: nodeNameOf(hostname), url: nodeUrl(address, port), pid };
    },
    [Symbol.asyncDispose]: () => boards[Symbol.asyncDispose](),
  };
}

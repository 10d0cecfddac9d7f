import type { Command as Parser } from "commander";
import type { Command } from "../command.ts";
import type { Io } from "../io.ts";
import { type InspectOptions, inspectFirmware } from "./firmware-inspect.ts";
import { type PushOptions, pushFirmware } from "./firmware-push.ts";

/** `sporectl firmware inspect FILE` and `sporectl firmware push FILE`. */
export const firmware: Command = {
  define(program, io, finish) {
    const group = program.command("firmware").description("Inspect images, and upload them.");
    defineInspect(group, io, finish);
    definePush(group, io, finish);
  },
};

function defineInspect(group: Parser, io: Io, finish: (code: number) => void): void {
  group
    .command("inspect")
    .description("Show what an image is, every check it passed, and with --node whether it fits that node.")
    .argument("<file>", "the image")
    .option("--node <name>", "check against what this node says of itself")
    .action(async (file: string, _options: InspectOptions, command) => {
      finish(await inspectFirmware(file, command.optsWithGlobals(), io));
    });
}

function definePush(group: Parser, io: Io, finish: (code: number) => void): void {
  group
    .command("push")
    .description("Upload an image, and make or update the Firmware object that stands for it.")
    .argument("<file>", "the image")
    .option("--name <name>", "the Firmware's name; default: <program>-<version> of the image's descriptor")
    .option("--version <version>", "the semantic version, for images without a descriptor")
    .option("--board <board>", "the board it was built for, such as esp01_1m")
    .action(async (file: string, _options: PushOptions, command) => {
      finish(await pushFirmware(file, command.optsWithGlobals(), io));
    });
}

import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { runCompiler } from "../../controller/demo/compiler.ts";
import { inParallel } from "../../controller/demo/in-parallel.ts";
import { checkout, never } from "./host-firmware.ts";

/** What the names of the chip's tools begin with. */
export const chipTools = "xtensa-lx106-elf-";

/** Whether a program can be run here. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).error === undefined;
}

const flags = ["-std=gnu++17", "-Os", "-ffreestanding", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"];
flags.push("-mlongcalls", "-mtext-section-literals", "-ffunction-sections", "-fdata-sections");
flags.push("-Wall", "-Wextra", "-Werror", "-fstack-usage");

/** Compiles `sources`, paths of the checkout, into `outDir` for the lx106, as the Arduino core would. Returns the objects. */
export function compileForChip(
  sources: readonly string[],
  outDir: string,
  moreFlags: readonly string[] = [],
): Promise<readonly string[]> {
  return inParallel(sources, availableParallelism(), async (source) => {
    const object = join(outDir, `${source.replaceAll("/", "-")}.o`);
    const language = source.endsWith(".S") ? ["-mtext-section-literals"] : [...flags, ...moreFlags];
    await runCompiler(`${chipTools}g++`, [...language, "-c", join(checkout, source), "-o", object], never);
    return object;
  });
}

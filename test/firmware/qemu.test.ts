import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCompiler } from "../../controller/demo/compiler.ts";
import { directoryOfFile } from "../support/temporary-directory.ts";
import { chipTools, compileForChip, isInstalled } from "./chip-compiler.ts";
import { never } from "./host-firmware.ts";
import { coreDir, coreSources, coreTests, run } from "./native-program.ts";

/** Where Debian's picolibc-xtensa-lx106-elf puts the C library. */
const cLibrary = "/usr/lib/xtensa-lx106-elf/lib/libc.a";
const emulator = "qemu-system-xtensa";
const missing = [
  ...[`${chipTools}g++`, emulator].filter((program) => !isInstalled(program)),
  ...(existsSync(cLibrary) ? [] : [cLibrary]),
];
const why = ` (skipped, missing: ${missing.join(", ")}; apt-get install gcc-xtensa-lx106 picolibc-xtensa-lx106-elf qemu-system-misc)`;

const outDir = directoryOfFile();

describe(`the portable core on the chip's instruction set${missing.length > 0 ? why : ""}`, () => {
  it.skipIf(missing.length > 0)("passes its own tests", { timeout: 180_000 }, async () => {
    const program = join(outDir, "core-tests.elf");
    const objects = await compileForChip(
      [
        ...(await coreSources()),
        ...coreTests("check", "hash_test", "json_test", "multipart_test", "updater_test", "node_test", "qemu/runtime"),
        "test/firmware/core/qemu/start.S",
      ],
      outDir,
    );
    const libraries = ["-Wl,--start-group", cLibrary, "-lgcc", "-Wl,--end-group"];
    const link = ["-nostdlib", "-Wl,--gc-sections,--no-warn-rwx-segments", "-T", join(coreDir, "qemu", "sim.ld")];
    await runCompiler(`${chipTools}gcc`, [...link, "-o", program, ...objects, ...libraries], never);
    const board = ["-M", "sim", "-cpu", "lx106", "-semihosting", "-nographic", "-monitor", "none", "-serial", "none"];
    const { code, output } = await run(emulator, [...board, "-kernel", program]);
    expect(code, output).toBe(0);
    expect(output.match(/^ok /gm)?.length, output).toBeGreaterThan(30);
    expect(output).not.toMatch(/^FAILED/m);
  });
});

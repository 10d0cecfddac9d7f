import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCompiler } from "../../controller/demo/compiler.ts";
import { applicationSources, descriptorSource, listFirmware } from "../../controller/demo/firmware-sources.ts";
import { hasTool } from "../support/machine-tools.ts";
import { directoryOfFile } from "../support/temporary-directory.ts";
import { chipTools, compileForChip } from "./chip-compiler.ts";
import { checkout, never } from "./host-firmware.ts";

const firmware = join(checkout, "firmware");
const missing = !hasTool("chipCompiler");
const noPython = !hasTool("python");
const limits: {
  flashBytes: number;
  ramBytes: number;
  stackFrameBytes: number;
  core: { imageBytes: number; ramBytes: number };
  chip: { imageMaxBytes: number; ramBytes: number; freeHeapLeastBytes: number };
} = JSON.parse(readFileSync(join(firmware, "spore", "limits.json"), "utf8"));
const defines = ['SPORE_APPLICATION="lab-sensor"', 'SPORE_VERSION="1.1.0"', 'SPORE_PLATFORM="esp8266"'];
defines.push("SPORE_FS_START=0xEB000", 'SPORE_BUILT="20260101T000000Z"');
const flags = [`-isystem${join(firmware, "common", "arduino-decls")}`, ...defines.map((define) => `-D${define}`)];

const outDir = directoryOfFile();

/** Every source of an image for the chip, below `firmware`. */
async function chipSources(): Promise<readonly string[]> {
  const { sources } = await listFirmware(firmware);
  const application = applicationSources.filter((path) => path.includes("/apps/"));
  return [
    ...sources.filter((path) => /^(common|spore)\/[^/]+\.cpp$/.test(path) && path !== descriptorSource),
    ...sources.filter((path) => path.startsWith("spore/platform/esp8266/")),
    ...application,
    "spore/apps/lab-sensor/feature_statistics.cpp",
    descriptorSource,
  ];
}

async function compileImage(): Promise<readonly string[]> {
  const sources = await chipSources();
  return await compileForChip(
    sources.map((path) => `firmware/${path}`),
    outDir,
    flags,
  );
}

/**
 * Links what a sketch's two entry points reach, as the real link does: equal inline functions and strings once, the rest not at all. What
 * the Arduino core defines stays open.
 */
async function linkImage(objects: readonly string[]): Promise<string> {
  const image = join(outDir, "image.elf");
  const open = ["-nostdlib", "-Wl,--gc-sections", "-Wl,--unresolved-symbols=ignore-all", "-Wl,--no-warn-rwx-segments"];
  const entries = ["-Wl,-e,_Z5setupv", "-Wl,-u,_Z4loopv", "-Wl,-Ttext=0x40201000"];
  await runCompiler(`${chipTools}gcc`, [...open, ...entries, "-o", image, ...objects], never);
  return image;
}

/** Bytes per kind of section. */
function sectionBytes(files: readonly string[]): { flash: number; constants: number; data: number; zeroed: number } {
  const listing = execFileSync(`${chipTools}size`, ["-A", ...files], { encoding: "utf8" });
  const sum = (pattern: RegExp) =>
    listing.split("\n").reduce((bytes, line) => bytes + (pattern.test(line) ? Number(line.split(/\s+/)[1]) : 0), 0);
  return {
    flash: sum(/^\.(text|literal|irom0)/),
    constants: sum(/^\.rodata/),
    data: sum(/^\.data/),
    zeroed: sum(/^\.bss/),
  };
}

function moveConstants(objects: readonly string[]): void {
  const script = join(firmware, "spore", "flash_rodata.py");
  execFileSync("python3", [script, `${chipTools}objcopy`, `${chipTools}objdump`, ...objects]);
}

/** Function and bytes of the largest stack frame. */
function largestFrame(): readonly [string, number] {
  const frames = readdirSync(outDir)
    .filter((name) => name.endsWith(".su"))
    .flatMap((name) => readFileSync(join(outDir, name), "utf8").trimEnd().split("\n"))
    .map((line): readonly [string, number] => [line.split("\t")[0] ?? "", Number(line.split("\t")[1])]);
  return frames.reduce((most, frame) => (frame[1] > most[1] ? frame : most));
}

describe(`the firmware on the chip${missing ? ` (skipped: ${chipTools}g++ is not installed; apt-get install gcc-xtensa-lx106 picolibc-xtensa-lx106-elf)` : ""}`, () => {
  it.skipIf(missing || noPython)(
    "compiles, platform included, and stays within its limits",
    { timeout: 120_000 },
    async () => {
      const objects = await compileImage();
      moveConstants(objects);
      const { flash, constants, data, zeroed } = sectionBytes([await linkImage(objects)]);
      const [where, frameBytes] = largestFrame();
      const { core, chip } = limits;
      const imageBytes = core.imageBytes + flash + data;
      const freeHeapBytes = chip.ramBytes - core.ramBytes - data - zeroed;
      const report = `ours: ${flash + data} bytes of flash, ${data + zeroed} of RAM, frames up to ${frameBytes}; with the core: an image of ${imageBytes}, ${freeHeapBytes} left for the heap`;
      process.stdout.write(`${report}\n`);
      expect(constants, report).toBe(0);
      expect(flash + data, report).toBeLessThanOrEqual(limits.flashBytes);
      expect(data + zeroed, report).toBeLessThanOrEqual(limits.ramBytes);
      expect(frameBytes, `${where}; ${report}`).toBeLessThanOrEqual(limits.stackFrameBytes);
      expect(imageBytes, report).toBeLessThanOrEqual(chip.imageMaxBytes);
      expect(freeHeapBytes, report).toBeGreaterThanOrEqual(chip.freeHeapLeastBytes);
    },
  );

  it.skipIf(missing || noPython)("has its constants moved to flash, all of them", { timeout: 120_000 }, async () => {
    const objects = await compileImage();
    const before = sectionBytes(objects);
    moveConstants(objects);
    const after = sectionBytes(objects);
    expect(before.constants).toBeGreaterThan(1000);
    expect(after).toEqual({ ...before, constants: 0, flash: before.flash + before.constants });
  });

  it.skipIf(missing || noPython)("has PlatformIO's build move them, of our sources and of no others", () => {
    const stranger = join(outDir, "stranger.cpp");
    writeFileSync(stranger, 'extern const char* const strange;\nconst char* const strange = "a stranger";\n');
    const project = join(firmware, "spore");
    const own = [join(project, "labels.cpp"), `${project}/../common/md5.cpp`];
    const runner = join(checkout, "test", "firmware", "platformio", "run_hook.py");
    const printed = execFileSync("python3", [runner, project, `${chipTools}g++`, outDir, ...own, stranger], {
      encoding: "utf8",
    });
    const constants = printed
      .trimEnd()
      .split("\n")
      .map((object) => sectionBytes([object]).constants);
    expect(constants).toEqual([0, 0, expect.any(Number)]);
    expect(constants[2]).toBeGreaterThan(0);
  });
});

describe("the portable core", () => {
  it("includes nothing of Arduino, POSIX or the C++ library", async () => {
    const allowed = /^(stddef|stdint|string)\.h$/;
    const folders = [join(firmware, "common"), join(firmware, "spore"), join(firmware, "spore", "apps", "lab-sensor")];
    const included = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.(h|cpp)$/.test(name))
        .flatMap((name) =>
          [...readFileSync(join(folder, name), "utf8").matchAll(/#include <([^>]+)>/g)].map(
            ([, header]) => header ?? "",
          ),
        ),
    );
    expect(included.length).toBeGreaterThan(0);
    expect(included.filter((header) => !allowed.test(header))).toEqual([]);
  });

  it("takes no memory from a heap", async () => {
    const { sources, root } = await listFirmware(firmware);
    const core = sources.filter((path) => !path.includes("/platform/"));
    const heap = /\bnew\s+[A-Za-z:]+\s*[[({;]|\b(malloc|calloc|realloc|strdup)\s*\(/;
    expect(core.filter((path) => heap.test(readFileSync(join(root, path), "utf8")))).toEqual([]);
  });
});

import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCompiler } from "../../controller/demo/compiler.ts";
import { applicationSources, descriptorSource, listFirmware } from "../../controller/demo/firmware-sources.ts";
import { inParallel } from "../../controller/demo/in-parallel.ts";
import { checkout, never } from "./host-firmware.ts";

const prefix = "xtensa-lx106-elf-";
const firmware = join(checkout, "firmware");
const missing = spawnSync(`${prefix}g++`, ["--version"]).error !== undefined;
const limits: { flashBytes: number; ramBytes: number; stackFrameBytes: number } = JSON.parse(
  readFileSync(join(firmware, "spore", "limits.json"), "utf8"),
);
const flags = ["-std=gnu++17", "-Os", "-ffreestanding", "-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics"];
flags.push("-mlongcalls", "-mtext-section-literals", "-ffunction-sections", "-fdata-sections");
flags.push("-Wall", "-Wextra", "-Werror", "-fstack-usage", `-isystem${join(firmware, "common", "arduino-decls")}`);
const defines = ['SPORE_APPLICATION="lab-sensor"', 'SPORE_VERSION="1.1.0"', 'SPORE_PLATFORM="esp8266"'];
defines.push("SPORE_FS_START=0xEB000", 'SPORE_BUILT="20260101T000000Z"');

const outDir = mkdtempSync(join(tmpdir(), "spore-chip-"));
afterAll(() => rmSync(outDir, { recursive: true, force: true }));

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

async function compileForChip(): Promise<readonly string[]> {
  return await inParallel(await chipSources(), availableParallelism(), async (source) => {
    const object = join(outDir, `${source.replaceAll("/", "-")}.o`);
    const all = [...flags, ...defines.map((define) => `-D${define}`), "-c", join(firmware, source), "-o", object];
    await runCompiler(`${prefix}g++`, all, never);
    return object;
  });
}

/** Bytes per kind of section, over all objects. */
function sectionBytes(objects: readonly string[]): { code: number; constants: number; data: number; zeroed: number } {
  const listing = execFileSync(`${prefix}size`, ["-A", ...objects], { encoding: "utf8" });
  const sum = (pattern: RegExp) =>
    listing.split("\n").reduce((bytes, line) => bytes + (pattern.test(line) ? Number(line.split(/\s+/)[1]) : 0), 0);
  return {
    code: sum(/^\.(text|literal|irom0)/),
    constants: sum(/^\.rodata/),
    data: sum(/^\.data/),
    zeroed: sum(/^\.bss/),
  };
}

/** Function and bytes of the largest stack frame. */
function largestFrame(): readonly [string, number] {
  const frames = readdirSync(outDir)
    .filter((name) => name.endsWith(".su"))
    .flatMap((name) => readFileSync(join(outDir, name), "utf8").trimEnd().split("\n"))
    .map((line): readonly [string, number] => [line.split("\t")[0] ?? "", Number(line.split("\t")[1])]);
  return frames.reduce((most, frame) => (frame[1] > most[1] ? frame : most));
}

describe(`the firmware on the chip${missing ? ` (skipped: ${prefix}g++ is not installed; apt-get install gcc-xtensa-lx106 picolibc-xtensa-lx106-elf)` : ""}`, () => {
  it.skipIf(missing)("compiles, platform included, and stays within its limits", { timeout: 120_000 }, async () => {
    const objects = await compileForChip();
    const { code, constants, data, zeroed } = sectionBytes(objects);
    expect(code + constants + data).toBeLessThanOrEqual(limits.flashBytes);
    expect(data + zeroed).toBeLessThanOrEqual(limits.ramBytes);
    const [where, frameBytes] = largestFrame();
    expect(frameBytes, where).toBeLessThanOrEqual(limits.stackFrameBytes);
  });

  const noPython = spawnSync("python3", ["--version"]).error !== undefined;
  it.skipIf(missing || noPython)("has its constants moved to flash", { timeout: 120_000 }, async () => {
    const objects = await compileForChip();
    const before = sectionBytes(objects);
    const script = join(firmware, "spore", "flash_rodata.py");
    execFileSync("python3", [script, `${prefix}objcopy`, `${prefix}objdump`, ...objects]);
    const after = sectionBytes(objects);
    expect(before.constants).toBeGreaterThan(1000);
    expect(after).toEqual({ ...before, constants: 0, code: before.code + before.constants });
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

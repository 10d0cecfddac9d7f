import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applicationSources, descriptorSource, listFirmware } from "../../controller/demo/firmware-sources.ts";
import { hasTool } from "../support/machine-tools.ts";
import { directoryOfFile } from "../support/temporary-directory.ts";
import { chipTools, compileForChip, isInstalled } from "./chip-compiler.ts";
import { checkout } from "./host-firmware.ts";

const firmware = join(checkout, "firmware");
const missing = !hasTool("chipCompiler");
const limits: { flashBytes: number; ramBytes: number; stackFrameBytes: number } = JSON.parse(
  readFileSync(join(firmware, "spore", "limits.json"), "utf8"),
);
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

/** Bytes per kind of section, over all objects. */
function sectionBytes(objects: readonly string[]): { code: number; constants: number; data: number; zeroed: number } {
  const listing = execFileSync(`${chipTools}size`, ["-A", ...objects], { encoding: "utf8" });
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

describe(`the firmware on the chip${missing ? ` (skipped: ${chipTools}g++ is not installed; apt-get install gcc-xtensa-lx106 picolibc-xtensa-lx106-elf)` : ""}`, () => {
  it.skipIf(missing)("compiles, platform included, and stays within its limits", { timeout: 120_000 }, async () => {
    const objects = await compileImage();
    const { code, constants, data, zeroed } = sectionBytes(objects);
    expect(code + constants + data).toBeLessThanOrEqual(limits.flashBytes);
    expect(data + zeroed).toBeLessThanOrEqual(limits.ramBytes);
    const [where, frameBytes] = largestFrame();
    expect(frameBytes, where).toBeLessThanOrEqual(limits.stackFrameBytes);
  });

  const noPython = !isInstalled("python3");
  it.skipIf(missing || noPython)("has its constants moved to flash", { timeout: 120_000 }, async () => {
    const objects = await compileImage();
    const before = sectionBytes(objects);
    const script = join(firmware, "spore", "flash_rodata.py");
    execFileSync("python3", [script, `${chipTools}objcopy`, `${chipTools}objdump`, ...objects]);
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

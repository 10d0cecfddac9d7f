import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** The C++ of a checkout. */
export interface SourceTree {
  readonly root: string;
  /** Paths below `root`, sorted. */
  readonly sources: readonly string[];
  /** Of all headers: a change in one rebuilds everything, which takes seconds. */
  readonly headersDigest: string;
}

/** One application image. */
export interface Flavour {
  readonly name: string;
  readonly version: string;
  /** What only this image has. */
  readonly feature: string;
  /** What `spore/firmware.cpp` puts into its descriptor. */
  readonly defines: readonly string[];
}

const application = "spore/apps/lab-sensor";
const host = "spore/platform/host";
const layout1m64FsStart = "0xeb000";

/** Lists what is to compile below `root`. @throws when there is no such directory. */
export async function listFirmware(root: string): Promise<SourceTree> {
  const files = (await readdir(root, { recursive: true })).map((path) => path.replaceAll("\\", "/")).sort();
  const headers = createHash("sha256");
  for (const path of files.filter((name) => name.endsWith(".h")))
    headers.update(path).update(await readFile(join(root, path)));
  return { root, sources: files.filter((path) => path.endsWith(".cpp")), headersDigest: headers.digest("hex") };
}

/** What every program of a host board has in common: the portable core and the platform, without their entry points. */
export function commonSources({ sources }: SourceTree): readonly string[] {
  return sources.filter(
    (path) =>
      (/^(common|spore)\/[^/]+\.cpp$/.test(path) || path.startsWith(`${host}/`)) &&
      !path.endsWith("_main.cpp") &&
      path !== descriptorSource,
  );
}

/** What every image of the application has in common. */
export const applicationSources: readonly string[] = [`${application}/lab_sensor.cpp`, `${host}/node_main.cpp`];

/** Compiled once per image: the rest of a program does not know what it is called. */
export const descriptorSource = "spore/firmware.cpp";

/** The boot loader has no use for the node, only for flash, hashes and the board's file. */
export function loaderSources({ sources }: SourceTree): readonly string[] {
  const parts = ["descriptor_io", "file_flash", "image_copy", "inflate", "loader_main", "options"];
  parts.push("power_supply", "rtc_file", "signed_program");
  return sources.filter(
    (path) => /^common\/[^/]+\.cpp$/.test(path) || parts.some((part) => path === `${host}/${part}.cpp`),
  );
}

/** The images that are built: two releases that differ, one that crashes and one that lies about its version. */
export const flavours: readonly Flavour[] = [
  flavour("1.0.0", "none"),
  flavour("1.1.0", "statistics"),
  flavour("1.1.1", "crash"),
  flavour("1.1.2", "statistics", ['SPORE_REPORTED_VERSION="1.1.0"']),
];

function flavour(version: string, feature: string, more: readonly string[] = []): Flavour {
  return {
    name: "lab-sensor",
    version,
    feature: `${application}/feature_${feature}.cpp`,
    defines: [
      'SPORE_APPLICATION="lab-sensor"',
      `SPORE_VERSION="${version}"`,
      'SPORE_PLATFORM="host"',
      `SPORE_FS_START=${layout1m64FsStart}`,
      ...more,
    ],
  };
}

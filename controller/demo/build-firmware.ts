import { createHash, randomBytes } from "node:crypto";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { compactUtc } from "../artifacts/firmware-descriptor.ts";
import { packHostImage } from "../artifacts/host-image-writer.ts";
import { systemClock } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { findCompiler, runCompiler } from "./compiler.ts";
import {
  applicationSources,
  commonSources,
  descriptorSource,
  type Flavour,
  flavours,
  listFirmware,
  loaderSources,
  type SourceTree,
} from "./firmware-sources.ts";
import { inParallel } from "./in-parallel.ts";

/** What a machine needs to be a fleet of host boards. */
export interface HostFirmware {
  /** The boards' boot loader. */
  readonly loader: string;
  /** The secret under which the images were made; mode 0600. */
  readonly keyFile: string;
  readonly images: readonly HostImage[];
}

/** An image for host boards. */
export interface HostImage {
  readonly name: string;
  /** What its descriptor says. */
  readonly version: string;
  readonly path: string;
}

/** What a build is made from. */
export interface BuildOptions {
  /** The directory that holds `firmware/`. */
  readonly checkout: string;
  /** Where objects, programs, images and the key go; made when missing, kept for the next build. */
  readonly outDir: string;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** The largest image that one of its own size can replace. */
const imageMaxBytes = 479_232;
const keyBytes = 32;
const compileFlags = ["-std=c++17", "-Os", "-ffunction-sections", "-fdata-sections", "-Wall", "-Wextra", "-Werror"];
const linkFlags = process.platform === "darwin" ? ["-Wl,-dead_strip"] : ["-s", "-Wl,--gc-sections"];

/**
 * Compiles the host boards' boot loader and one image per flavour of the lab-sensor application. Objects are kept under the
 * digest of all that went into them, so a second build only looks.
 *
 * @throws SporeError `SPORE_COMPILER_MISSING` with the command that installs one; `SPORE_BUILD_FAILED` with what the compiler said.
 */
export async function buildHostFirmware(options: BuildOptions): Promise<HostFirmware> {
  const { checkout, outDir, log } = options;
  const startedAt = systemClock.monotonic();
  for (const folder of ["objects", "programs", "images"]) await mkdir(join(outDir, folder), { recursive: true });
  const build: Build = {
    ...options,
    compiler: await findCompiler(options.signal),
    tree: await listFirmware(join(checkout, "firmware")),
  };
  const keyFile = await ensureKey(outDir);
  const shared = await compileAll(build, [...commonSources(build.tree), ...applicationSources]);
  const loader = await link(build, "loader", await compileAll(build, loaderSources(build.tree)));
  const images: HostImage[] = [];
  for (const flavour of flavours) images.push(await buildImage(build, flavour, shared, keyFile));
  log.info(
    { ms: Math.round(systemClock.monotonic() - startedAt), compiler: build.compiler.path },
    "built the host firmware",
  );
  return { loader, keyFile, images };
}

interface Build extends BuildOptions {
  readonly compiler: { readonly path: string; readonly version: string };
  readonly tree: SourceTree;
}

async function buildImage(
  build: Build,
  flavour: Flavour,
  shared: readonly string[],
  keyFile: string,
): Promise<HostImage> {
  const descriptor = await compile(build, descriptorSource, flavour.defines);
  const feature = await compile(build, flavour.feature, []);
  const program = await link(build, `${flavour.name}-${flavour.version}`, [...shared, feature, descriptor]);
  const image = packHostImage({ program: await readFile(program), key: await readFile(keyFile) });
  if (image.length > imageMaxBytes)
    throw new SporeError(
      "SPORE_BUILD_FAILED",
      `The image of ${flavour.name} ${flavour.version} has ${image.length} bytes, more than the ${imageMaxBytes} that can be replaced over the air.`,
    );
  const path = join(build.outDir, "images", `${flavour.name}-${flavour.version}.bin`);
  await writeNew(path, image);
  return { name: flavour.name, version: flavour.version, path };
}

/** Object files of `sources`, in their order. */
function compileAll(build: Build, sources: readonly string[]): Promise<readonly string[]> {
  return inParallel(sources, availableParallelism(), (source) => compile(build, source, []));
}

async function compile(build: Build, source: string, defines: readonly string[]): Promise<string> {
  const { compiler, tree, outDir, signal } = build;
  const flags = [...compileFlags, ...defines.map((define) => `-D${define}`)];
  const text = await readFile(join(tree.root, source));
  const key = digestOf([compiler.version, ...flags, tree.headersDigest, source, text]);
  const object = join(outDir, "objects", `${key}.o`);
  if (await exists(object)) return object;
  // The time of the build is the one thing that must not change an object's name.
  const built = `-DSPORE_BUILT="${compactUtc(new Date(systemClock.now()))}"`;
  const draft = `${object}.${process.pid}`;
  await runCompiler(compiler.path, [...flags, built, "-c", join(tree.root, source), "-o", draft], signal);
  await rename(draft, object);
  return object;
}

async function link(build: Build, name: string, objects: readonly string[]): Promise<string> {
  const { compiler, outDir, signal } = build;
  const key = digestOf([compiler.version, ...linkFlags, ...objects]);
  const program = join(outDir, "programs", `${name}-${key.slice(0, 16)}`);
  if (await exists(program)) return program;
  const draft = `${program}.${process.pid}`;
  await runCompiler(compiler.path, [...linkFlags, "-o", draft, ...objects], signal);
  await rename(draft, program);
  return program;
}

/** The key is made once per output directory and never leaves this machine. */
async function ensureKey(outDir: string): Promise<string> {
  const keyFile = join(outDir, "loader.key");
  try {
    await writeFile(keyFile, randomBytes(keyBytes), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!(await exists(keyFile))) throw error;
  }
  return keyFile;
}

/** Replaces a file as a whole, because another build may be reading it. */
async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, bytes);
  await rename(draft, path);
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );
}

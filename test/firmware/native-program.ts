import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, stat } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { findCompiler, runCompiler } from "../../controller/demo/compiler.ts";
import { descriptorSource, listFirmware } from "../../controller/demo/firmware-sources.ts";
import { inParallel } from "../../controller/demo/in-parallel.ts";
import { checkout, never } from "./host-firmware.ts";

/** Where this checkout's C++ tests are. */
export const coreDir = join(checkout, "test", "firmware", "core");

/** What a program printed, and how it ended. */
export interface Run {
  readonly code: number | null;
  readonly output: string;
}

/** Paths of the portable core, from the checkout. */
export async function coreSources(): Promise<readonly string[]> {
  const { sources } = await listFirmware(join(checkout, "firmware"));
  return sources
    .filter((path) => /^(common|spore)\/[^/]+\.cpp$/.test(path) && path !== descriptorSource)
    .map((path) => join("firmware", path));
}

/** Compiles `sources` of the checkout with the sanitizers, and says where the program is. Objects are kept under the digest of all their inputs. */
export async function sanitized(name: string, sources: readonly string[]): Promise<string> {
  const compiler = await findCompiler(never);
  const flags = ["-std=c++17", "-O1", "-g", "-Wall", "-Wextra", "-Werror"];
  flags.push("-fsanitize=address,undefined", "-fno-sanitize-recover=all");
  const headers = await headersDigest();
  const outDir = join(checkout, "build", "core-tests");
  await mkdir(outDir, { recursive: true });
  const objects = await inParallel(sources, availableParallelism(), async (source) => {
    const text = await readFile(join(checkout, source));
    const key = digestOf([compiler.version, ...flags, headers, source, text]);
    return made(join(outDir, `${key}.o`), (draft) =>
      runCompiler(compiler.path, [...flags, "-c", join(checkout, source), "-o", draft], never),
    );
  });
  return made(join(outDir, `${name}-${digestOf(objects).slice(0, 16)}`), (draft) =>
    runCompiler(compiler.path, [...flags, "-o", draft, ...objects], never),
  );
}

/** Runs a program to its end, `input` being its standard input. */
export function run(program: string, parameters: readonly string[] = [], input = ""): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(program, parameters, { timeout: 120_000 }, (error, stdout, stderr) => {
      const code = error ? (typeof error.code === "number" ? error.code : null) : 0;
      resolve({ code, output: stdout + stderr });
    });
    child.stdin?.on("error", () => {}); // a program that ends before it has read everything says why in its output
    child.stdin?.end(input);
  });
}

async function made(path: string, make: (draft: string) => Promise<void>): Promise<string> {
  const there = await stat(path).then(
    () => true,
    () => false,
  );
  if (there) return path;
  const draft = `${path}.${process.pid}`;
  await make(draft);
  await rename(draft, path);
  return path;
}

async function headersDigest(): Promise<string> {
  const { headersDigest: firmware } = await listFirmware(join(checkout, "firmware"));
  const own = (await readdir(coreDir)).filter((path) => path.endsWith(".h")).sort();
  return digestOf([firmware, ...(await Promise.all(own.map((path) => readFile(join(coreDir, path)))))]);
}

function digestOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex");
}

/** Paths of C++ tests, from the checkout. */
export function coreTests(...names: readonly string[]): readonly string[] {
  return names.map((name) => `test/firmware/core/${name}.cpp`);
}

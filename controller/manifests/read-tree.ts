import { constants, createReadStream } from "node:fs";
import { lstat, open, readdir, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { isSporeError, SporeError } from "../base/errors.ts";
import { manifestFileMaxBytes, manifestTreeMaxFiles } from "../base/limits.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import { type ParsedTexts, parseYaml } from "./parse-yaml.ts";
import { type ReadOptions, type ReadResult, readParsed } from "./read-yaml.ts";
import { withWrittenKinds } from "./written-kinds.ts";

/** Which files of a tree are read. */
export interface FileOptions {
  /** Also what lies in folders of folders. */
  readonly recursive: boolean;
  /** Also reads a path that is itself a pipe, as a shell's `<(…)` is. Inside a directory nothing but files is ever opened. */
  readonly pipes?: boolean;
}

export interface TreeOptions extends FileOptions, ReadOptions {}

const extensions = new Set([".yaml", ".yml", ".json"]);

/**
 * Reads every manifest of a file, or of the `.yaml`, `.yml` and `.json` files of a directory in order of their names. Kinds that CRDs among
 * them define are known. Links that lead out of the directory are refused.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID` when the path cannot be read at all, or holds too much.
 */
export async function readTree(path: string, options: TreeOptions): Promise<ReadResult> {
  const parsed = await parseTree(path, options);
  return readParsed(parsed, { ...options, lookup: withWrittenKinds(options.lookup, parsed) });
}

/**
 * The texts of such a tree, before anything is known of kinds.
 *
 * @throws SporeError as `readTree`.
 */
export async function parseTree(path: string, options: FileOptions): Promise<readonly ParsedTexts[]> {
  if (options.pipes === true && (await isPipe(path))) {
    return [await attempt(path, () => parseStream(createReadStream(path), path))];
  }
  const files = await filesOf(path, options.recursive);
  const parsed: ParsedTexts[] = [];
  for (const file of files) parsed.push(await parseFileAt(file));
  return parsed;
}

/**
 * Reads a whole stream as one text, such as standard input.
 *
 * @param name by which positions call it.
 * @throws SporeError `SPORE_MANIFEST_INVALID` when it is larger than a manifest may be.
 */
export async function parseStream(input: AsyncIterable<Uint8Array>, name = "-"): Promise<ParsedTexts> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    size += chunk.length;
    if (size > manifestFileMaxBytes)
      throw tooLarge(name === "-" ? "standard input" : name, `more than ${manifestFileMaxBytes}`);
    chunks.push(chunk);
  }
  return parseBytes(Buffer.concat(chunks), name);
}

async function filesOf(path: string, recursive: boolean): Promise<readonly string[]> {
  const info = await attempt(path, () => stat(path));
  if (!info.isDirectory()) return [path];
  const root = await attempt(path, () => realpath(path));
  const found: string[] = [];
  await collect(path, root, recursive, found);
  return found;
}

async function collect(folder: string, root: string, recursive: boolean, found: string[]): Promise<void> {
  const names = (await attempt(folder, () => readdir(folder))).sort();
  for (const name of names) {
    if (name.startsWith(".")) continue; // editors' and git's own
    const path = join(folder, name);
    const info = await attempt(path, () => stat(path));
    if (info.isDirectory() && !recursive) continue;
    if (!info.isDirectory() && !extensions.has(extname(name))) continue;
    await refuseEscape(path, root);
    if (info.isDirectory()) await collect(path, root, recursive, found);
    else found.push(path);
    if (found.length > manifestTreeMaxFiles) {
      throw new SporeError("SPORE_MANIFEST_INVALID", `${folder}: more than ${manifestTreeMaxFiles} manifest files`);
    }
  }
}

async function refuseEscape(path: string, root: string): Promise<void> {
  if (!(await attempt(path, () => lstat(path))).isSymbolicLink()) return;
  const target = await attempt(path, () => realpath(path));
  if (target === root || target.startsWith(root + sep)) return;
  throw new SporeError("SPORE_MANIFEST_INVALID", `${path} is a link that leads out of the directory, to ${target}`);
}

async function isPipe(path: string): Promise<boolean> {
  const info = await attempt(path, () => stat(path));
  return info.isFIFO() || info.isCharacterDevice();
}

/** Opened without waiting and looked at when it is open: a pipe would hold us for ever, and a file may be replaced by one at any time. */
async function parseFileAt(path: string): Promise<ParsedTexts> {
  const file = await attempt(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const info = await attempt(path, () => file.stat());
    if (!info.isFile()) {
      throw new SporeError("SPORE_MANIFEST_INVALID", `${path} is no regular file`, {
        hint: "take it away, or give it a name that does not end in .yaml, .yml or .json",
      });
    }
    if (info.size > manifestFileMaxBytes) throw tooLarge(path, String(info.size));
    return parseBytes(await attempt(path, () => file.readFile()), path);
  } finally {
    await file.close();
  }
}

function parseBytes(bytes: Uint8Array, path: string): ParsedTexts {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const problem = { position: { file: path, line: 1, column: 1 }, message: "is not UTF-8 text" };
    return { written: [], problems: [problem], texts: new Map() };
  }
  return parseYaml(text, path);
}

const complaints: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  EACCES: "may not be read",
  ENXIO: "is no regular file",
  ELOOP: "is a link to itself",
};

async function attempt<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (isSporeError(error)) throw error;
    const code = systemErrorCode(error) ?? "no reason given";
    throw new SporeError(
      "SPORE_MANIFEST_INVALID",
      `${path} ${complaints[code] ?? `cannot be read (${code})`}`,
      {},
      { cause: error },
    );
  }
}

function tooLarge(what: string, size: string): SporeError {
  return new SporeError(
    "SPORE_MANIFEST_INVALID",
    `${what} has ${size} bytes; a manifest file may have ${manifestFileMaxBytes}`,
    { hint: "split it into several files" },
  );
}

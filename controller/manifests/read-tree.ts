import { constants, createReadStream } from "node:fs";
import { lstat, open, readdir, realpath, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { keyText } from "../api/meta.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { manifestFileMaxBytes, manifestTreeMaxFiles } from "../base/limits.ts";
import { systemErrorCode } from "../base/system-error-code.ts";
import { type Manifest, type Problem, positionText, problemText } from "./manifest.ts";
import { type KindLookup, type ReadResult, readYaml } from "./read-yaml.ts";

export interface TreeOptions {
  /** Also what lies in folders of folders. */
  readonly recursive: boolean;
  /** For objects that do not say theirs. */
  readonly namespace: string;
  readonly lookup: KindLookup;
  /** Also reads a path that is itself a pipe, as a shell's `<(…)` is. Inside a directory nothing but files is ever opened. */
  readonly pipes?: boolean;
}

const extensions = new Set([".yaml", ".yml", ".json"]);

/**
 * Reads every manifest of a file, or of the `.yaml`, `.yml` and `.json` files of a directory in order of their names. Links that
 * lead out of the directory are refused.
 *
 * @throws SporeError `SPORE_MANIFEST_INVALID` when the path cannot be read at all, or holds too much.
 */
export async function readTree(path: string, options: TreeOptions): Promise<ReadResult> {
  if (options.pipes === true && (await isPipe(path))) {
    return attempt(path, () => readStream(createReadStream(path), options, path));
  }
  const files = await filesOf(path, options.recursive);
  const results: ReadResult[] = [];
  for (const file of files) results.push(await readFileAt(file, options));
  return together(results);
}

/** Several results as one; an object that is written twice is a problem. */
export function together(results: readonly ReadResult[]): ReadResult {
  const manifests = results.flatMap((result) => result.manifests);
  const problems = [...results.flatMap((result) => result.problems), ...twice(manifests)];
  const byText = new Map(problems.map((problem) => [problemText(problem), problem])); // parts may have been put together before
  return { manifests, problems: [...byText.values()] };
}

/**
 * Reads a whole stream as one text, such as standard input.
 *
 * @param name by which positions call it.
 * @throws SporeError `SPORE_MANIFEST_INVALID` when it is larger than a manifest may be.
 */
export async function readStream(
  input: AsyncIterable<Uint8Array>,
  options: TreeOptions,
  name = "-",
): Promise<ReadResult> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of input) {
    size += chunk.length;
    if (size > manifestFileMaxBytes)
      throw tooLarge(name === "-" ? "standard input" : name, `more than ${manifestFileMaxBytes}`);
    chunks.push(chunk);
  }
  return together([readText(Buffer.concat(chunks), name, options)]);
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
async function readFileAt(path: string, options: TreeOptions): Promise<ReadResult> {
  const file = await attempt(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const info = await attempt(path, () => file.stat());
    if (!info.isFile()) {
      throw new SporeError("SPORE_MANIFEST_INVALID", `${path} is no regular file`, {
        hint: "take it away, or give it a name that does not end in .yaml, .yml or .json",
      });
    }
    if (info.size > manifestFileMaxBytes) throw tooLarge(path, String(info.size));
    return readText(await attempt(path, () => file.readFile()), path, options);
  } finally {
    await file.close();
  }
}

function readText(bytes: Uint8Array, path: string, options: TreeOptions): ReadResult {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    const problem = { position: { file: path, line: 1, column: 1 }, message: "is not UTF-8 text" };
    return { manifests: [], problems: [problem] };
  }
  return readYaml(text, path, options.namespace, options.lookup);
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

function twice(manifests: readonly Manifest[]): readonly Problem[] {
  const first = new Map<string, Manifest>();
  return manifests.flatMap((manifest) => {
    const { kind, object, position } = manifest;
    const id = `${kind.kind}${kind.group === "" ? "" : `.${kind.group}`} ${keyText(object.metadata)}`;
    const before = first.get(id);
    if (!before) {
      first.set(id, manifest);
      return [];
    }
    return [{ position, field: "metadata.name", message: `${id} stands already at ${positionText(before.position)}` }];
  });
}

import { createHash } from "node:crypto";
import { posix } from "node:path";
import { SporeError } from "../../base/errors.ts";
import { imageMaxBytes, manifestFileMaxBytes, manifestTreeMaxBytes, manifestTreeMaxFiles } from "../../base/limits.ts";
import { LruMap } from "../../base/lru-map.ts";
import { printableLine } from "../../base/printable.ts";
import { type FileFacts, type FirmwareFile, withFirmwareFiles } from "../../manifests/firmware-files.ts";
import type { Problem } from "../../manifests/manifest.ts";
import { type ParsedTexts, parseYaml } from "../../manifests/parse-yaml.ts";
import { type KindLookup, type ReadResult, readParsed } from "../../manifests/read-yaml.ts";
import { withWrittenKinds } from "../../manifests/written-kinds.ts";
import type { Mirror, TreeFile } from "../../wires/git/mirror.ts";

/** What a commit says. */
export interface CommitContents {
  readonly read: ReadResult;
  /** The images that lie beside the manifests of their Firmware. */
  readonly images: readonly FirmwareFile[];
}

export interface CommitOptions {
  /** The folder, without strokes at its ends; empty for all. */
  readonly path: string;
  /** For objects that do not say theirs. */
  readonly namespace: string;
  readonly lookup: KindLookup;
}

const extensions = new Set([".yaml", ".yml", ".json"]);
const factsMax = 256;

/** Reads manifests and images out of commits. It remembers the digests of images: they do not change, and each look would hash them anew. */
export class CommitReader {
  readonly #facts = new LruMap<string, { known?: FileFacts }>(factsMax);

  /**
   * What the commit says, and everything that is wrong with it. Positions name files by their path in the repository.
   *
   * @throws SporeError `SPORE_MANIFEST_INVALID` when there is nothing at the path, `SPORE_TOO_LARGE` for too much of it, and what a Mirror throws.
   */
  async read(mirror: Mirror, commit: string, options: CommitOptions, signal: AbortSignal): Promise<CommitContents> {
    const files = await mirror.files(commit, options.path, signal);
    if (files.length === 0) {
      const what = options.path === "" ? "is empty" : `has no ${printableLine(options.path)}`;
      throw new SporeError("SPORE_MANIFEST_INVALID", `commit ${commit.slice(0, 12)} ${what}`, {
        hint: "correct spec.path",
      });
    }
    const manifests = files.filter(({ path }) => isManifest(path));
    const links = manifests.filter(({ kind }) => kind === "link").map(linkProblem);
    const texts = await this.#texts(mirror, bounded(manifests.filter(({ kind }) => kind === "file")), signal);
    const { parsed, files: images } = await withFirmwareFiles(texts, (path) =>
      this.#factsOf(mirror, commit, path, signal),
    );
    const { manifests: found, problems } = readParsed(parsed, {
      ...options,
      lookup: withWrittenKinds(options.lookup, parsed),
    });
    return { read: { manifests: found, problems: [...links, ...problems] }, images };
  }

  /** The bytes of an image that `read` named. */
  async image(mirror: Mirror, commit: string, { path }: FirmwareFile, signal: AbortSignal): Promise<Uint8Array> {
    const [file] = await mirror.files(commit, path, signal);
    const [bytes] = file === undefined ? [] : await mirror.read([file], signal);
    if (bytes !== undefined) return bytes;
    throw new SporeError("SPORE_GIT_FAILED", `${printableLine(path)} left commit ${commit.slice(0, 12)}`);
  }

  async #texts(mirror: Mirror, files: readonly TreeFile[], signal: AbortSignal): Promise<readonly ParsedTexts[]> {
    const contents = await mirror.read(files, signal);
    return files.map(({ path }, index) => parseBytes(contents[index] ?? Buffer.alloc(0), printableLine(path)));
  }

  async #factsOf(mirror: Mirror, commit: string, path: string, signal: AbortSignal): Promise<FileFacts | undefined> {
    const [file] = await mirror.files(commit, path, signal);
    if (file?.path !== path || file.kind !== "file" || file.sizeBytes > imageMaxBytes) return undefined;
    const entry = this.#facts.getOrMake(file.object, () => ({}));
    entry.known ??= factsOf((await mirror.read([file], signal))[0] ?? Buffer.alloc(0));
    return entry.known;
  }
}

function factsOf(bytes: Uint8Array): FileFacts {
  return { sizeBytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

/** What begins with a dot is an editor's or a forge's. */
function isManifest(path: string): boolean {
  return extensions.has(posix.extname(path)) && !path.split("/").some((part) => part.startsWith("."));
}

function bounded(files: readonly TreeFile[]): readonly TreeFile[] {
  if (files.length > manifestTreeMaxFiles) throw tooLarge(`more than ${manifestTreeMaxFiles} manifest files`);
  const large = files.find(({ sizeBytes }) => sizeBytes > manifestFileMaxBytes);
  if (large !== undefined) {
    throw tooLarge(
      `${printableLine(large.path)}, with ${large.sizeBytes} bytes; a manifest may have ${manifestFileMaxBytes}`,
    );
  }
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (total > manifestTreeMaxBytes) throw tooLarge(`manifests of more than ${manifestTreeMaxBytes} bytes`);
  return files;
}

function tooLarge(what: string): SporeError {
  return new SporeError("SPORE_TOO_LARGE", `the commit has ${what}`, { hint: "name a smaller folder in spec.path" });
}

function linkProblem({ path }: TreeFile): Problem {
  const position = { file: printableLine(path), line: 1, column: 1 };
  return { position, message: "is a symbolic link; links in a repository are not followed" };
}

function parseBytes(bytes: Uint8Array, file: string): ParsedTexts {
  try {
    return parseYaml(new TextDecoder("utf-8", { fatal: true }).decode(bytes), file);
  } catch {
    const problem = { position: { file, line: 1, column: 1 }, message: "is not UTF-8 text" };
    return { written: [], problems: [problem], texts: new Map() };
  }
}

import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { SporeError } from "../../base/errors.ts";
import { gitPackMaxBytes, gitTreeMaxFiles } from "../../base/limits.ts";
import { printableLine } from "../../base/printable.ts";
import { type GitCredentials, gitEnvironment } from "./git-environment.ts";
import type { RepositoryUrl } from "./repository-url.ts";
import { type GitCall, runGit } from "./run-git.ts";

/** One file of a commit. */
export interface TreeFile {
  /** From the top of the repository, with `/` between the parts. */
  readonly path: string;
  readonly kind: "file" | "link";
  /** The blob's name in git. */
  readonly object: string;
  readonly sizeBytes: number;
}

/** A commit, in a few words. */
export interface Commit {
  readonly id: string;
  /** First line of what its author wrote. */
  readonly subject: string;
}

export interface MirrorOptions {
  /** Is made, with mode 0700, and kept by nobody else. */
  readonly directory: string;
  readonly url: RepositoryUrl;
  readonly credentials: GitCredentials;
  /** What one commit may have, packed; default `gitPackMaxBytes`. */
  readonly packMaxBytes?: number;
}

const headsMaxBytes = 4 * 1024 * 1024;
const treeLineMaxBytes = 512;
/** Each fetch leaves a pack; beyond so many the mirror is thrown away and fetched anew, which is one commit. */
const packsMax = 32;
const tip = "refs/heads/tip";

/**
 * The newest commit of one branch of one repository, in a directory of its own. There is no working tree, so nothing of the repository is ever
 * written out, linked to or run. Every method throws `SPORE_GIT_FAILED` or another error of `runGit`.
 */
export class Mirror {
  readonly #directory: string;
  readonly #url: RepositoryUrl;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #packMaxBytes: number;

  private constructor(options: MirrorOptions, environment: Readonly<Record<string, string>>) {
    this.#directory = join(options.directory, "mirror.git");
    this.#url = options.url;
    this.#environment = environment;
    this.#packMaxBytes = options.packMaxBytes ?? gitPackMaxBytes;
  }

  static async open(options: MirrorOptions): Promise<Mirror> {
    return new Mirror(options, await gitEnvironment(options.directory, options.url, options.credentials));
  }

  /**
   * The id of the branch's newest commit.
   *
   * @throws SporeError `SPORE_GIT_FAILED` that names the branches there are, when there is none of that name.
   */
  async head(branch: string, signal: AbortSignal): Promise<string> {
    const text = await this.#git(["ls-remote", "--heads", "--", this.#url.text], headsMaxBytes, signal, "..");
    const heads = text.split("\n").flatMap((line) => {
      const [id = "", name = ""] = line.split("\t");
      return name.startsWith("refs/heads/") ? [{ id, name: name.slice("refs/heads/".length) }] : [];
    });
    const found = heads.find(({ name }) => name === branch);
    if (found !== undefined) return found.id;
    const names = heads.slice(0, 5).map(({ name }) => printableLine(name));
    const hint = names.length > 0 ? `it has ${names.join(", ")}${heads.length > 5 ? ", …" : ""}` : "it is empty";
    throw new SporeError("SPORE_GIT_FAILED", `${this.#url.text} has no branch ${branch}`, { hint });
  }

  /**
   * Fetches the branch's newest commit alone and gives it; it may be newer than what `head` said.
   *
   * @throws SporeError `SPORE_TOO_LARGE` when it has more bytes than it may.
   */
  async fetch(branch: string, signal: AbortSignal): Promise<Commit> {
    await this.#prepare(signal);
    const args = ["fetch", "--quiet", "--no-tags", "--depth=1", "--no-write-fetch-head", "--force"];
    try {
      await this.#git([...args, "--", this.#url.text, `+refs/heads/${branch}:${tip}`], outputMaxBytes, signal);
    } catch (error) {
      const isFull = await this.#hasFullFile();
      await this.remove(); // what an interrupted fetch leaves lying is found by nobody again
      if (!isFull) throw error;
      const hint = "keep large files in a repository of their own";
      const message = `${this.#url.text} has more than ${this.#packMaxBytes} bytes in its newest commit, packed`;
      throw new SporeError("SPORE_TOO_LARGE", message, { hint }, { cause: error });
    }
    return await this.commit(tip, signal);
  }

  /** A commit that was fetched. */
  async commit(id: string, signal: AbortSignal): Promise<Commit> {
    const text = await this.#git(["log", "-1", "--format=%H %s", "--end-of-options", id], outputMaxBytes, signal);
    const [hash = "", ...words] = text.trimEnd().split(" ");
    return { id: hash, subject: printableLine(words.join(" ")) };
  }

  /**
   * The files of a fetched commit at `path` and below.
   *
   * @param path without a stroke at its ends; empty for the whole repository.
   * @throws SporeError `SPORE_TOO_LARGE` for a tree of too many files.
   */
  async files(commit: string, path: string, signal: AbortSignal): Promise<readonly TreeFile[]> {
    const where = path === "" ? [] : [path];
    const args = ["ls-tree", "-r", "-z", "-l", "--full-tree", commit, "--", ...where];
    const text = await this.#git(args, gitTreeMaxFiles * treeLineMaxBytes, signal);
    const files = text.split("\0").flatMap(treeFile);
    if (files.length <= gitTreeMaxFiles) return files;
    throw new SporeError("SPORE_TOO_LARGE", `${this.#url.text} has more than ${gitTreeMaxFiles} files`, {
      hint: "name the folder of the manifests in spec.path",
    });
  }

  /** The bytes of files that `files` named, in the same order. The caller bounds their sum. */
  async read(files: readonly TreeFile[], signal: AbortSignal): Promise<readonly Buffer[]> {
    if (files.length === 0) return [];
    const expected = files.reduce((sum, { sizeBytes }) => sum + sizeBytes + headerMaxBytes, 0);
    const output = await runGit(
      {
        ...this.#call(["cat-file", "--batch"], expected),
        input: files.map(({ object }) => `${object}\n`).join(""),
      },
      signal,
    );
    return readBatch(output, files);
  }

  /** Forgets everything that was fetched. */
  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #prepare(signal: AbortSignal): Promise<void> {
    const packs = await readdir(join(this.#directory, "objects", "pack")).catch(() => undefined);
    if (packs !== undefined && packs.length <= packsMax) return;
    await this.remove();
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#git(["init", "--quiet", "--bare", "--template="], outputMaxBytes, signal);
  }

  async #hasFullFile(): Promise<boolean> {
    const folder = join(this.#directory, "objects", "pack");
    const names = await readdir(folder).catch(() => []);
    for (const name of names) {
      const { size } = await stat(join(folder, name)).catch(() => ({ size: 0 }));
      if (size >= this.#packMaxBytes) return true;
    }
    return false;
  }

  async #git(args: readonly string[], maxBytes: number, signal: AbortSignal, at = "."): Promise<string> {
    const call = this.#call(args, maxBytes);
    const directory = join(call.directory, at);
    return (await runGit({ ...call, directory }, signal)).toString("utf8");
  }

  #call(args: readonly string[], outputMaxBytes: number): GitCall {
    const [directory, environment, fileMaxBytes] = [this.#directory, this.#environment, this.#packMaxBytes];
    return { args, outputMaxBytes, fileMaxBytes, directory, environment };
  }
}

const outputMaxBytes = 64 * 1024;

function treeFile(line: string): readonly TreeFile[] {
  const found = /^(\d{6}) (\w+) ([0-9a-f]+) +(\d+|-)\t(.+)$/s.exec(line);
  if (found === null) return [];
  const [, mode, type, object = "", size = "", path = ""] = found;
  if (type !== "blob") return []; // a submodule
  return [{ path, kind: mode === linkMode ? "link" : "file", object, sizeBytes: Number(size) }];
}

const linkMode = "120000";
/** `<object> blob <size>\n` before each content, a line break behind it. */
const headerMaxBytes = 128;

function readBatch(output: Buffer, files: readonly TreeFile[]): readonly Buffer[] {
  let at = 0;
  return files.map(({ path, object, sizeBytes }) => {
    const end = output.indexOf(0x0a, at);
    const header = output.toString("utf8", at, end);
    if (end < 0 || header !== `${object} blob ${sizeBytes}`) {
      throw new SporeError("SPORE_GIT_FAILED", `git cat-file: ${printableLine(path)} cannot be read: ${header}`);
    }
    at = end + 1 + sizeBytes + 1;
    return output.subarray(end + 1, end + 1 + sizeBytes);
  });
}

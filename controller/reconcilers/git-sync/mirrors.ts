import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type Key, keyText } from "../../api/meta.ts";
import { isSporeError } from "../../base/errors.ts";
import type { GitCredentials } from "../../wires/git/git-environment.ts";
import { type Commit, Mirror } from "../../wires/git/mirror.ts";
import type { RepositoryUrl } from "../../wires/git/repository-url.ts";

/** A folder for the mirror of each GitSync. */
export class Mirrors {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  open(key: Key, url: RepositoryUrl, credentials: GitCredentials): Promise<Mirror> {
    return Mirror.open({ directory: this.#directoryOf(key), url, credentials });
  }

  async forget(key: Key): Promise<void> {
    await rm(this.#directoryOf(key), { recursive: true, force: true });
  }

  /** A key may be longer than the name of a file. */
  #directoryOf({ namespace = "", name }: Key): string {
    const digest = createHash("sha256").update(keyText({ namespace, name })).digest("hex");
    return join(this.#directory, digest.slice(0, 20));
  }
}

/** The branch's newest commit, fetched only when it is not there yet. */
export async function newestCommit(mirror: Mirror, branch: string, signal: AbortSignal): Promise<Commit> {
  const head = await mirror.head(branch, signal);
  try {
    return await mirror.commit(head, signal);
  } catch (error) {
    if (!isSporeError(error, "SPORE_GIT_FAILED")) throw error;
    return await mirror.fetch(branch, signal);
  }
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { syncDirectory } from "../base/sync-directory.ts";
import { systemErrorCode } from "../base/system-error-code.ts";

/**
 * Files under the SHA-256 of their bytes. A blob that is there is whole: it appears by rename, after its bytes are on the disk.
 *
 * Every method throws `SPORE_BAD_REQUEST` for a digest that is not 64 lower-case hex digits.
 */
export interface BlobStore {
  stat(digest: string): Promise<BlobInfo | undefined>;
  /**
   * Stores what `chunks` deliver, unless it is there already; then nothing is read and only its age begins anew.
   *
   * @throws SporeError `SPORE_BAD_REQUEST` when the bytes have another digest, `SPORE_TOO_LARGE` beyond `maxBytes`,
   * `SPORE_DATA_DIR_UNUSABLE` when the disk is full or not writable. Nothing stays behind.
   */
  put(digest: string, chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<"created" | "exists">;
  /**
   * The whole blob.
   *
   * @throws SporeError `SPORE_IMAGE_MISSING` when it is not there, `SPORE_STORE_CORRUPT` when the disk gave back other bytes.
   */
  read(digest: string): Promise<Uint8Array>;
  /**
   * The bytes from `start` to `end`, both included.
   *
   * @throws SporeError `SPORE_IMAGE_MISSING` while it is read, when it is not there.
   */
  stream(digest: string, start: number, end: number): AsyncIterable<Uint8Array>;
  list(): Promise<readonly BlobInfo[]>;
  /** @returns whether there was something to delete. */
  delete(digest: string): Promise<boolean>;
}

export interface BlobInfo {
  /** SHA-256, 64 lower-case hex digits. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** When it was last put, in milliseconds since 1970. */
  readonly storedAtMs: number;
}

/**
 * Opens the blob store in `directory`, which is made when missing. Uploads that an earlier process left unfinished are removed, so only one
 * process may have a directory open; the lock of the data directory sees to that.
 *
 * @throws SporeError `SPORE_DATA_DIR_UNUSABLE`.
 */
export async function openBlobStore(directory: string, clock: Clock = systemClock): Promise<BlobStore> {
  const blobs = join(directory, "sha256");
  const incoming = join(directory, "incoming");
  try {
    await rm(incoming, { recursive: true, force: true });
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await mkdir(blobs, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw unusable(directory, error);
  }
  return new DirectoryBlobStore(blobs, incoming, clock);
}

class DirectoryBlobStore implements BlobStore {
  readonly #blobs: string;
  readonly #incoming: string;
  readonly #clock: Clock;
  #uploads = 0;

  constructor(blobs: string, incoming: string, clock: Clock) {
    this.#blobs = blobs;
    this.#incoming = incoming;
    this.#clock = clock;
  }

  async stat(digest: string): Promise<BlobInfo | undefined> {
    const path = this.#path(digest);
    try {
      const { size, mtimeMs } = await stat(path);
      return { digest, sizeBytes: size, storedAtMs: mtimeMs };
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return undefined;
      throw unusable(path, error);
    }
  }

  async put(digest: string, chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<"created" | "exists"> {
    const path = this.#path(digest);
    if (await this.#touch(path)) return "exists";
    const temporary = join(this.#incoming, `${digest}.${++this.#uploads}`);
    try {
      await receive(temporary, chunks, { digest, maxBytes });
      await this.#touch(temporary);
      await rename(temporary, path);
      await syncDirectory(this.#blobs);
    } catch (error) {
      await rm(temporary, { force: true });
      throw isSporeError(error) || systemErrorCode(error) === undefined ? error : unusable(path, error);
    }
    return "created";
  }

  async read(digest: string): Promise<Uint8Array> {
    const path = this.#path(digest);
    const bytes = await readFile(path).catch((error: unknown) => {
      throw systemErrorCode(error) === "ENOENT" ? missing(digest) : unusable(path, error);
    });
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found === digest) return bytes;
    const hint = "delete the file and push the image again";
    throw new SporeError("SPORE_STORE_CORRUPT", `${path} no longer has the digest it is named after but ${found}`, {
      hint,
    });
  }

  async *stream(digest: string, start: number, end: number): AsyncGenerator<Uint8Array> {
    const path = this.#path(digest);
    try {
      for await (const chunk of createReadStream(path, { start, end })) yield chunk;
    } catch (error) {
      throw systemErrorCode(error) === "ENOENT" ? missing(digest) : unusable(path, error);
    }
  }

  async list(): Promise<readonly BlobInfo[]> {
    const names = await readdir(this.#blobs);
    const infos = await Promise.all(names.filter(isDigest).map((name) => this.stat(name)));
    return infos.filter((info) => info !== undefined);
  }

  async delete(digest: string): Promise<boolean> {
    const path = this.#path(digest);
    try {
      await rm(path);
      return true;
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return false;
      throw unusable(path, error);
    }
  }

  /** Makes the blob young again, so that a collector does not take it from under someone who is about to name it. */
  async #touch(path: string): Promise<boolean> {
    const now = this.#clock.now() / 1000;
    try {
      await utimes(path, now, now);
      return true;
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return false;
      throw unusable(path, error);
    }
  }

  #path(digest: string): string {
    if (isDigest(digest)) return join(this.#blobs, digest);
    const message = `${JSON.stringify(digest)} is no SHA-256 digest: 64 lower-case hex digits are needed`;
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
}

/** Whether `text` is written as the digests of this store are: 64 lower-case hex digits. */
function isDigest(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

async function receive(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  expected: { readonly digest: string; readonly maxBytes: number },
): Promise<void> {
  const hash = createHash("sha256");
  const file = await open(path, "wx", 0o600);
  let received = 0;
  try {
    for await (const chunk of chunks) {
      received += chunk.byteLength;
      if (received > expected.maxBytes) {
        throw new SporeError(
          "SPORE_TOO_LARGE",
          `the upload is larger than the ${expected.maxBytes} bytes that are allowed`,
        );
      }
      hash.update(chunk);
      await file.appendFile(chunk);
    }
    const digest = hash.digest("hex");
    if (digest !== expected.digest) {
      const message = `the ${received} bytes received have the SHA-256 ${digest}, not ${expected.digest} as the address says`;
      throw new SporeError("SPORE_BAD_REQUEST", message);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

function missing(digest: string): SporeError {
  const hint = "upload it with sporectl firmware push FILE";
  return new SporeError("SPORE_IMAGE_MISSING", `no artifact with the SHA-256 ${digest} was uploaded`, {
    name: digest,
    hint,
  });
}

function unusable(path: string, cause: unknown): SporeError {
  const code = systemErrorCode(cause);
  const why = code === "ENOSPC" ? "the disk is full" : `the file system says ${code ?? String(cause)}`;
  const hint = code === "ENOSPC" ? "free some space, then try again" : "check the directory's owner and mode";
  return new SporeError("SPORE_DATA_DIR_UNUSABLE", `${path} cannot be used: ${why}`, { hint }, { cause });
}

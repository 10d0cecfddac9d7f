import type { Firmware } from "../api/firmware.ts";
import type { BlobStore } from "../artifacts/blob-store.ts";
import type { Clock } from "../base/clock.ts";
import { isSporeError } from "../base/errors.ts";
import { imageMaxBytes } from "../base/limits.ts";
import type { Logger } from "../base/log.ts";
import { periodic } from "../reconcilers/periodic.ts";
import type { Runnable } from "../runtime/manager.ts";

interface Options {
  readonly blobs: Pick<BlobStore, "stat" | "put">;
  /** What the process keeps that leads. */
  readonly leaders: Pick<BlobStore, "read">;
  readonly firmwares: () => readonly Firmware[];
  readonly isLeading: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

const everyMs = 20_000;

/** Copies the images that Firmwares name from the process that leads, while this one stands by: when it takes over, it has them. */
export function imageMirror(options: Options): Runnable {
  const { clock, log } = options;
  return periodic({ name: "image-mirror", everyMs, clock, log, round: (signal) => mirrorImages(options, signal) });
}

async function mirrorImages(
  { blobs, leaders, firmwares, isLeading, log }: Options,
  signal: AbortSignal,
): Promise<void> {
  const digests = new Set(firmwares().flatMap(({ spec }) => spec.artifacts.map(({ sha256 }) => sha256)));
  for (const digest of digests) {
    if (signal.aborted || isLeading()) return;
    if ((await blobs.stat(digest)) !== undefined) continue;
    try {
      const bytes = await leaders.read(digest);
      await blobs.put(digest, once(bytes), imageMaxBytes);
      log.info({ digest, sizeBytes: bytes.byteLength }, "copied an image from the process that leads");
    } catch (error) {
      if (!isSporeError(error, "SPORE_IMAGE_MISSING")) throw error; // nobody has uploaded it yet
    }
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

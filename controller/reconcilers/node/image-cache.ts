import type { ReadBlob } from "../../artifacts/facts-cache.ts";

/** Some sixty images of the usual size. */
const cachedMaxBytes = 32 * 1024 * 1024;

/** Images in memory, each read once however many devices it goes to; those asked for longest ago are dropped first. */
export class ImageCache {
  readonly #read: ReadBlob;
  readonly #images = new Map<string, Promise<Uint8Array>>();
  readonly #sizes = new Map<string, number>();

  constructor(read: ReadBlob) {
    this.#read = read;
  }

  /** @throws what reading the blob throws; that is not remembered. */
  async get(digest: string): Promise<Uint8Array> {
    const reading = this.#images.get(digest) ?? this.#read(digest);
    this.#images.delete(digest);
    this.#images.set(digest, reading);
    try {
      const image = await reading;
      if (this.#images.get(digest) === reading) this.#sizes.set(digest, image.byteLength);
      this.#shrink(digest);
      return image;
    } catch (error) {
      if (this.#images.get(digest) === reading) this.#drop(digest);
      throw error;
    }
  }

  /** Drops the oldest until the rest fits; the newest stays, however large it is. */
  #shrink(newest: string): void {
    let bytes = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const digest of this.#images.keys()) {
      if (bytes <= cachedMaxBytes) return;
      if (digest === newest) continue;
      bytes -= this.#sizes.get(digest) ?? 0;
      this.#drop(digest);
    }
  }

  #drop(digest: string): void {
    this.#images.delete(digest);
    this.#sizes.delete(digest);
  }
}

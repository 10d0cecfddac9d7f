import { LruMap } from "../base/lru-map.ts";
import type { ImageFacts } from "./image-facts.ts";
import { parseImage } from "./parse-image.ts";

/** Facts of one image are about 2 kB. */
const entriesMax = 256;

/** Where the bytes of an image come from, by its SHA-256. */
export type ReadBlob = (sha256: string) => Promise<Uint8Array>;

/** Remembers what images say, by digest, so that each is read and parsed once; the one asked for longest ago is dropped first. */
export class FactsCache {
  readonly #read: ReadBlob;
  readonly #entries = new LruMap<string, Promise<ImageFacts>>(entriesMax);

  constructor(read: ReadBlob) {
    this.#read = read;
  }

  /**
   * @throws SporeError what reading throws, or `SPORE_IMAGE_INVALID`. The former is not remembered (the blob may come), the latter is:
   * bytes do not change under their digest.
   */
  get(sha256: string): Promise<ImageFacts> {
    return this.#entries.getOrMake(sha256, () => {
      const read = this.#read(sha256);
      read.catch(() => this.#entries.delete(sha256));
      return read.then(parseImage);
    });
  }
}

import type { StoredObject } from "./stored-object.ts";

/** Room for some 10,000 nodes. */
const cacheMaxBytes = 96 * 1024 * 1024;
/** What an object takes, parsed and as text, for each byte in the store. A rough figure is enough: it bounds the cache. */
const parsedFactor = 4;
/** What an object costs however small it is. */
const overheadBytes = 512;

/**
 * Decoded objects, of each key the newest revision that was put here, the ones used last. A revision never changes, so nothing here can be stale;
 * a reader always asks the store first which revision it wants. Older revisions are not kept: a write would leave one behind each time, and only
 * watches with a selector and pages that continue ever look back.
 */
export class ObjectCache {
  readonly #maxBytes: number;
  /** In the order of use, the oldest first. */
  readonly #objects = new Map<string, { readonly stored: StoredObject; readonly bytes: number }>();
  #bytes = 0;

  constructor(maxBytes = cacheMaxBytes) {
    this.#maxBytes = maxBytes;
  }

  get(view: string, key: string, revision: number): StoredObject | undefined {
    const id = idOf(view, key);
    const found = this.#objects.get(id);
    if (found?.stored.revision !== revision) return undefined;
    this.#objects.delete(id);
    this.#objects.set(id, found);
    return found.stored;
  }

  /** @param size of the object in the store, in bytes. */
  put(view: string, stored: StoredObject, size: number): void {
    const id = idOf(view, stored.key);
    const known = this.#objects.get(id);
    if (known !== undefined && known.stored.revision > stored.revision) return;
    this.#remove(id);
    const bytes = parsedFactor * size + overheadBytes;
    if (bytes > this.#maxBytes) return;
    this.#bytes += bytes;
    this.#objects.set(id, { stored, bytes });
    for (const oldest of this.#objects.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
  }

  /** Lets go of what was removed from the store. */
  forget(view: string, key: string): void {
    this.#remove(idOf(view, key));
  }

  #remove(id: string): void {
    this.#bytes -= this.#objects.get(id)?.bytes ?? 0;
    this.#objects.delete(id);
  }
}

function idOf(view: string, key: string): string {
  return `${view} ${key}`;
}

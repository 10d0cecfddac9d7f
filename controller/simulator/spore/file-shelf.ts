import { createHash } from "node:crypto";

/** A file that a node was sent. */
export interface ReceivedFile {
  /** Shared by all nodes that were sent the same; never changed. */
  readonly bytes: Uint8Array;
  /** Of `bytes`, in hex. */
  readonly md5: string;
  readonly sha256: string;
}

/** Only the files that were sent last stay on the shelf. */
const filesMax = 8;

/**
 * The files that the nodes of a fleet were sent. A thousand boards that take one image are a thousand chips, but here one process: what arrives
 * is compared with what arrived before, so that each file is held and hashed once. A byte that differs makes it another file.
 */
export class FileShelf {
  readonly #files: ReceivedFile[] = [];

  /** Takes in a file of at most `roomBytes`. */
  receive(roomBytes: number): ArrivingFile {
    return new ArrivingFile(roomBytes, [...this.#files], (bytes) => this.#shelve(bytes));
  }

  /** @param bytes copied, if no other node was sent the same meanwhile. */
  #shelve(bytes: Uint8Array): ReceivedFile {
    const same = this.#files.find((file) => isSame(file.bytes, bytes));
    if (same) {
      this.#files.splice(this.#files.indexOf(same), 1);
      this.#files.unshift(same);
      return same;
    }
    const own = Buffer.from(bytes);
    const file = { bytes: own, md5: hashOf(own, "md5"), sha256: hashOf(own, "sha256") };
    this.#files.unshift(file);
    this.#files.length = Math.min(this.#files.length, filesMax);
    return file;
  }
}

/** A file of which more comes. */
export class ArrivingFile {
  readonly roomBytes: number;
  readonly #shelve: (bytes: Uint8Array) => ReceivedFile;
  /** Files that begin with all that arrived so far; while there are any, no bytes of our own are needed. */
  #alike: readonly ReceivedFile[];
  #own: Buffer | undefined;
  #receivedBytes = 0;

  constructor(roomBytes: number, known: readonly ReceivedFile[], shelve: (bytes: Uint8Array) => ReceivedFile) {
    this.roomBytes = roomBytes;
    this.#alike = known;
    this.#shelve = shelve;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  /** @returns false, and takes nothing, where there is no room for all of `chunk`. */
  push(chunk: Uint8Array): boolean {
    const [from, to] = [this.#receivedBytes, this.#receivedBytes + chunk.length];
    if (to > this.roomBytes) return false;
    if (this.#own === undefined) {
      const [known] = this.#alike;
      this.#alike = this.#alike.filter(({ bytes }) => to <= bytes.length && isSame(bytes.subarray(from, to), chunk));
      if (this.#alike.length === 0) this.#own = this.#copyOf(known?.bytes.subarray(0, from));
    }
    this.#own?.set(chunk, from);
    this.#receivedBytes = to;
    return true;
  }

  /** The file, when its last byte was pushed. */
  end(): ReceivedFile {
    const known = this.#alike.find(({ bytes }) => bytes.length === this.#receivedBytes) ?? this.#alike[0];
    const bytes = this.#own ?? known?.bytes ?? Buffer.alloc(0);
    return this.#shelve(bytes.subarray(0, this.#receivedBytes));
  }

  #copyOf(beginning: Uint8Array | undefined): Buffer {
    const room = Buffer.allocUnsafe(this.roomBytes);
    if (beginning) room.set(beginning);
    return room;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function hashOf(bytes: Uint8Array, algorithm: "md5" | "sha256"): string {
  return createHash(algorithm).update(bytes).digest("hex");
}

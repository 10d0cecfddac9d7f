import { type ArrivingFile, FileShelf, type ReceivedFile } from "./file-shelf.ts";
import type { FlashedImage } from "./flashed-image.ts";
import { ceilSectors } from "./physics.ts";

/** The updater of the ESP8266 Arduino core refused; `code` is the core's number. */
export interface UpdaterError {
  readonly code: number;
  readonly text: string;
}

/** Where things are in the flash of a board. */
export interface FlashLayout {
  /** Size of the chip. */
  readonly flashBytes: number;
  /** Where the file system starts: sketch and staged update share what is below. */
  readonly fsStart: number;
}

const errors = {
  space: { code: 4, text: "Not Enough Space" },
  size: { code: 5, text: "Bad Size Given" },
  md5: { code: 7, text: "MD5 Check Failed" },
  newFlashConfig: { code: 9, text: "new Flash config wrong" },
  magicByte: { code: 10, text: "Magic byte is wrong, not 0xE9" },
  noData: { code: 13, text: "No data supplied" },
  running: { code: 15, text: "Update already running" },
} as const satisfies Record<string, UpdaterError>;

const imageMagic = 0xe9;

/** Chip sizes by the high nibble of header byte 3, in KiB. */
const flashKibibytes: Readonly<Record<number, number>> = {
  0: 512,
  1: 256,
  2: 1024,
  3: 2048,
  4: 4096,
  5: 2048,
  6: 4096,
  8: 8192,
  9: 16384,
};

/**
 * The checks of the ESP8266 Arduino core's `Update` object (cores/esp8266/Updater.cpp), on a board that has no signature
 * verifier. Pure: it stages bytes and knows neither sockets nor time.
 */
export class Updater {
  readonly #layout: FlashLayout;
  readonly #running: () => FlashedImage;
  readonly #files: FileShelf;
  #update: { readonly file: ArrivingFile; readonly md5: string | undefined; error?: UpdaterError } | undefined;

  /**
   * @param running the image that occupies flash while an update is staged behind it.
   * @param files shared by the updaters of a fleet.
   */
  constructor(layout: FlashLayout, running: () => FlashedImage, files = new FileShelf()) {
    this.#layout = layout;
    this.#running = running;
    this.#files = files;
  }

  /** Bytes that an update may have: whole sectors between the running sketch and the file system. */
  get freeBytes(): number {
    return this.#layout.fsStart - ceilSectors(this.#running().sizeBytes);
  }

  get isRunning(): boolean {
    return this.#update !== undefined;
  }

  get receivedBytes(): number {
    return this.#update?.file.receivedBytes ?? 0;
  }

  /** @param size bytes that will come; absent: as many as fit, one sector less. */
  begin(size: number | undefined, md5: string | undefined): UpdaterError | undefined {
    if (this.#update) return errors.running;
    if (size === 0) return errors.size;
    const room = size ?? this.freeBytes - 4096;
    if (room <= 0 || ceilSectors(room) > this.freeBytes) return errors.space;
    this.#update = { file: this.#files.receive(room), md5 };
    return undefined;
  }

  /** After an error the rest is drained unseen, as a node does. */
  write(chunk: Uint8Array): UpdaterError | undefined {
    const update = this.#update;
    if (!update) return errors.noData;
    if (update.error) return update.error;
    if (!update.file.push(chunk)) update.error = errors.space;
    return update.error;
  }

  /**
   * Stages the update, or says why not.
   *
   * @param evenIfRemaining whether what arrived counts although `begin` was told of more.
   */
  end(evenIfRemaining: boolean): { readonly staged: ReceivedFile } | { readonly error: UpdaterError } {
    const update = this.#update;
    this.#update = undefined;
    if (!update || update.file.receivedBytes === 0) return { error: update?.error ?? errors.noData };
    if (update.error) return { error: update.error };
    if (!evenIfRemaining && update.file.receivedBytes < update.file.roomBytes) return { error: errors.size };
    const staged = update.file.end();
    if (update.md5 !== undefined && update.md5.toLowerCase() !== staged.md5) return { error: errors.md5 };
    const error = this.#judgeHeader(staged.bytes);
    return error ? { error } : { staged };
  }

  abort(): void {
    this.#update = undefined;
  }

  #judgeHeader(bytes: Uint8Array): UpdaterError | undefined {
    if (isGzip(bytes)) return undefined;
    if (bytes[0] !== imageMagic) return errors.magicByte;
    const claimed = (flashKibibytes[(bytes[3] ?? 0) >> 4] ?? 0) * 1024;
    return claimed > this.#layout.flashBytes ? errors.newFlashConfig : undefined;
  }
}

/** Whether a node's upload handler goes on after the first bytes. */
export function beginsLikeAnImage(first: Uint8Array): boolean {
  return first[0] === imageMagic || isGzip(first);
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

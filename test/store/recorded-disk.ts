import { basename } from "node:path";
import type { Random } from "../../controller/base/random.ts";
import { descriptorIn, type SystemCall, stringsIn } from "../support/system-calls.ts";

/** What a disk may hold after a power cut right behind a flush. */
export interface FlushPoint {
  /** The lines of the recording in which the flush began and ended. */
  readonly firstLine: number;
  readonly lastLine: number;
  /** Exactly what was flushed; undefined while the file's name was not. */
  readonly flushed: Buffer | undefined;
  /** What was flushed before this flush began, and some of the sectors that were written and not flushed by then. */
  readonly torn: Buffer | undefined;
}

/** A write to the standard output, by its first line. */
export interface Said {
  readonly line: number;
  readonly text: string;
}

interface Write {
  readonly position: number;
  readonly data: Buffer;
  readonly lastLine: number;
}

class RecordedFile {
  #flushed: Buffer = Buffer.alloc(0);
  #waiting: readonly Write[] = [];

  write(write: Write): void {
    this.#waiting = [...this.#waiting, write];
  }

  /** Only what was written before the flush began is sure to be part of it. */
  flush(beganLine: number): void {
    for (const write of this.#waiting) if (write.lastLine < beganLine) this.#flushed = written(this.#flushed, write);
    this.#waiting = this.#waiting.filter(({ lastLine }) => lastLine >= beganLine);
  }

  flushOne(write: Write): void {
    this.#flushed = written(this.#flushed, write);
  }

  image(): Buffer {
    return Buffer.from(this.#flushed);
  }

  /** With every sector of every waiting write there or not, as chance has it. */
  torn(random: Random): Buffer {
    let image = this.image();
    for (const { position, data, lastLine } of this.#waiting) {
      for (let start = 0; start < data.length; ) {
        const end = Math.min(data.length, start + sectorBytes - ((position + start) % sectorBytes));
        if (random() < 0.5)
          image = written(image, { position: position + start, data: data.subarray(start, end), lastLine });
        start = end;
      }
    }
    return image;
  }
}

const sectorBytes = 512;

/** Plays the system calls of a process that keeps `objects.mdb` onto a disk that forgets what was not flushed. */
export class RecordedDisk {
  readonly points: FlushPoint[] = [];
  readonly said: Said[] = [];
  /** How often a descriptor was flushed as a whole, and how often a write flushed itself. */
  readonly flushes = { calls: 0, writes: 0 };
  readonly #random: Random;
  readonly #files = new Map<string, RecordedFile>();
  /** By the names that a flush of the directory has made lasting. */
  #lasting = new Map<string, RecordedFile>();
  readonly #self = new Map<number, { readonly flushesItself: boolean; position: number }>();

  constructor(calls: readonly SystemCall[], random: Random) {
    this.#random = random;
    for (const call of calls) if (call.result >= 0) this.#play(call);
  }

  #play(call: SystemCall): void {
    if (call.name === "openat") this.#open(call);
    else if (call.name === "rename" || call.name === "unlink") this.#rename(call);
    else this.#use(call);
  }

  #use(call: SystemCall): void {
    const descriptor = descriptorIn(call.name === "mmap" ? (/\d+<.*/.exec(call.text)?.[0] ?? "") : call.text);
    if (descriptor === undefined) return;
    if (call.name === "write" && descriptor.number === 1) {
      this.said.push({ line: call.firstLine, text: stringsIn(call.text).join("") });
    } else if (call.name === "fsync" && !isDatabase(descriptor.path)) {
      if (![...this.#files.keys()].some((path) => path.startsWith(`${descriptor.path}/`))) return;
      this.#lasting = new Map(this.#files);
      this.#point(call, undefined);
    } else if (isDatabase(descriptor.path)) {
      this.#touch(call, descriptor.number, this.#file(descriptor.path));
    }
  }

  #open({ text, result, remark }: SystemCall): void {
    const path = descriptorIn(`${result}${remark}`)?.path ?? "";
    if (!isDatabase(path)) return;
    if (text.includes("O_TRUNC")) throw new TypeError("this disk does not know how to truncate");
    this.#self.set(result, { flushesItself: text.includes("O_DSYNC"), position: 0 });
    this.#file(path);
  }

  #rename({ name, text }: SystemCall): void {
    const [from, to] = stringsIn(text).map(String);
    const file = from === undefined ? undefined : this.#files.get(from);
    if (from === undefined || file === undefined) return;
    this.#files.delete(from);
    if (name === "rename" && to !== undefined) this.#files.set(to, file);
  }

  #touch(call: SystemCall, descriptor: number, file: RecordedFile): void {
    const state = this.#self.get(descriptor);
    switch (call.name) {
      case "fdatasync":
      case "fsync":
        this.flushes.calls++;
        this.#point(call, () => file.flush(call.firstLine));
        return;
      case "lseek":
        if (state) state.position = call.result;
        return;
      case "pwrite64":
        this.#write(call, file, Number(/(\d+)$/.exec(call.text)?.[1]), state?.flushesItself === true);
        return;
      case "write":
      case "writev":
        this.#write(call, file, state?.position ?? 0, state?.flushesItself === true);
        if (state) state.position += call.result;
        return;
      case "mmap":
        if (!/PROT_WRITE.*MAP_SHARED/.test(call.text)) return;
        throw new TypeError(`this disk cannot see what is written through ${call.text}`);
      default:
        throw new TypeError(`this disk does not know ${call.name}`);
    }
  }

  #write(call: SystemCall, file: RecordedFile, position: number, flushesItself: boolean): void {
    const data = Buffer.concat(stringsIn(call.text));
    if (data.length !== call.result) throw new TypeError(`${call.name} wrote ${call.result} of ${data.length} bytes`);
    const write = { position, data, lastLine: call.lastLine };
    if (flushesItself) {
      this.flushes.writes++;
      this.#point(call, () => file.flushOne(write));
    } else {
      file.write(write);
    }
  }

  #point(call: SystemCall, flush: (() => void) | undefined): void {
    const torn = this.#object()?.torn(this.#random);
    flush?.();
    const { firstLine, lastLine } = call;
    this.points.push({ firstLine, lastLine, flushed: this.#object()?.image(), torn });
  }

  #object(): RecordedFile | undefined {
    return [...this.#lasting].find(([path]) => basename(path) === "objects.mdb")?.[1];
  }

  #file(path: string): RecordedFile {
    const file = this.#files.get(path) ?? new RecordedFile();
    this.#files.set(path, file);
    return file;
  }
}

/** The database, under its own name or under that of its draft; not LMDB's lock file, which no start relies on. */
function isDatabase(path: string): boolean {
  return /^objects\.mdb(\.new)?$/.test(basename(path));
}

function written(image: Buffer, { position, data }: Write): Buffer {
  const grown =
    image.length >= position + data.length
      ? image
      : Buffer.concat([image, Buffer.alloc(position + data.length - image.length)]);
  grown.set(data, position);
  return grown;
}

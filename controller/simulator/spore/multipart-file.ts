/** What a multipart body turned out to be. */
export type MultipartState = "head" | "text" | "file" | "done" | "malformed";

/**
 * Takes the first file out of a `multipart/form-data` body (RFC 7578) as it arrives. A part is a file when it has a file name or
 * a content type, as in the server library of upstream nodes; its name does not matter.
 */
export class MultipartFile {
  readonly #delimiter: Buffer;
  #state: MultipartState = "head";
  /** Bytes that may belong to a delimiter or a header that is not complete yet. */
  #held: Buffer;

  /** @param boundary from the content type. */
  constructor(boundary: string) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
    // The first delimiter needs no line break before it.
    this.#held = Buffer.from("\r\n", "latin1");
  }

  get state(): MultipartState {
    return this.#state;
  }

  /** The file's bytes in `chunk`, and in what was held back before it; views of `chunk`, but for a few bytes at its beginning. */
  push(chunk: Buffer): readonly Buffer[] {
    if (this.#state === "file") return this.#takeFile(chunk);
    this.#held = Buffer.concat([this.#held, chunk]);
    while (this.#state === "head" || this.#state === "text") {
      if (this.#state === "text" && !this.#skipText()) return [];
      if (!this.#readHead()) return [];
    }
    return this.#begin();
  }

  #begin(): readonly Buffer[] {
    if (this.#state !== "file") return [];
    const begun = this.#held;
    this.#held = empty;
    return this.#takeFile(begun);
  }

  /** Reads a delimiter and the headers behind it; false when more bytes are needed, or nothing good can come. */
  #readHead(): boolean {
    const start = this.#held.indexOf(this.#delimiter);
    const end = start < 0 ? -1 : this.#held.indexOf("\r\n\r\n", start + this.#delimiter.length);
    if (end < 0) {
      if (this.#held.length > headMaxBytes) this.#state = "malformed";
      return false;
    }
    const head = this.#held.toString("latin1", start, end);
    this.#held = this.#held.subarray(end + 4);
    this.#state = /^content-type:|;\s*filename=/im.test(head) ? "file" : "text";
    return true;
  }

  #skipText(): boolean {
    const end = this.#held.indexOf(this.#delimiter);
    if (end < 0) {
      if (this.#held.length > headMaxBytes) this.#state = "malformed";
      return false;
    }
    this.#held = this.#held.subarray(end);
    this.#state = "head";
    return true;
  }

  #takeFile(chunk: Buffer): readonly Buffer[] {
    const overlap = this.#delimiter.length - 1;
    const held = this.#held;
    // A delimiter that began in what was held ends within the first bytes of the chunk.
    const border = Buffer.concat([held, chunk.subarray(0, overlap)]);
    const across = border.indexOf(this.#delimiter);
    const inChunk = across < 0 ? chunk.indexOf(this.#delimiter) : -1;
    if (across >= 0 || inChunk >= 0) this.#state = "done";
    // Where no delimiter came, the last bytes may be the beginning of one.
    const fileEnd = across >= 0 ? across : held.length + (inChunk >= 0 ? inChunk : chunk.length - overlap);
    this.#held = fileEnd >= held.length ? chunk.subarray(fileEnd - held.length) : border.subarray(Math.max(0, fileEnd));
    const beginning = border.subarray(0, Math.max(0, fileEnd));
    const rest = chunk.subarray(overlap, Math.max(overlap, fileEnd - held.length));
    return [beginning, rest].filter(({ length }) => length > 0);
  }
}

/** The boundary in a content type; undefined when it is not multipart, or not as RFC 2046 allows. */
export function boundaryOf(contentType: string): string | undefined {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;.*?boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? plain;
}

const empty = Buffer.alloc(0);
/** Of a part's headers, and of a text field before the file. */
const headMaxBytes = 4096;

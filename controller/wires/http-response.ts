/** A whole HTTP/1 response. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; one that came twice is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** How far a response is. `broken` says what is wrong with it, one sentence. */
export type ResponseState =
  | { readonly kind: "incomplete" }
  | { readonly kind: "complete"; readonly response: HttpResponse }
  | { readonly kind: "broken"; readonly message: string };

/** Longer ones are refused while they arrive. */
export interface ResponseLimits {
  readonly headMaxBytes: number;
  readonly bodyMaxBytes: number;
}

interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

type Framing =
  | { readonly kind: "length"; readonly bytes: number }
  | { readonly kind: "chunked" }
  | { readonly kind: "untilClose" };

const separator = Buffer.from("\r\n\r\n");
const lineEnd = Buffer.from("\r\n");
const incomplete: ResponseState = { kind: "incomplete" };
const fieldName = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
const forbiddenInValue = /[\0\r\n]/;
const chunkLineMaxBytes = 256;
const trailersMaxBytes = 1024;
/** A device says "100 Continue" once, if at all. */
const interimsMax = 8;

/**
 * Puts one response (RFC 9112) together from what arrives on a connection that closes behind it. Made for answers of a few bytes from
 * small devices: `node:http` spends more on a request than the rest of an upload to a fast node takes.
 */
export class ResponseReader {
  readonly #limits: ResponseLimits;
  #waiting: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  #head: Head | undefined;
  #interims = 0;
  #framing: Framing | undefined;
  readonly #chunks: Buffer[] = [];
  #bodyBytes = 0;
  #receivedBytes = 0;

  constructor(limits: ResponseLimits) {
    this.#limits = limits;
  }

  /** Takes the next bytes. Call it no more once the state is not `incomplete`. */
  push(bytes: Buffer): ResponseState {
    this.#receivedBytes += bytes.length;
    this.#waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    while (!this.#head) {
      const state = this.#readHead();
      if (state) return state;
    }
    return this.#readBody(this.#head);
  }

  /** The device closed the connection. */
  end(): ResponseState {
    if (this.#head && this.#framing?.kind === "untilClose") return this.#complete(this.#head);
    return broken(`The answer broke off after ${this.#receivedBytes} bytes.`);
  }

  /** @returns a state where the loop cannot go on; after an interim response (1xx) it looks for the next head. */
  #readHead(): ResponseState | undefined {
    const end = this.#waiting.indexOf(separator);
    if (end > this.#limits.headMaxBytes || (end < 0 && this.#waiting.length > this.#limits.headMaxBytes))
      return broken(`The head of the answer is longer than ${this.#limits.headMaxBytes} bytes.`);
    if (end < 0) return looksLikeHttp(this.#waiting) ? incomplete : broken("The answer is not HTTP.");
    const head = parseHead(this.#waiting.toString("latin1", 0, end));
    this.#waiting = this.#waiting.subarray(end + separator.length);
    if (!head) return broken("The answer is not HTTP.");
    if (head.status === 101) return broken("The device changed the protocol.");
    if (head.status < 200)
      return ++this.#interims > interimsMax ? broken(`More than ${interimsMax} interim answers came.`) : undefined;
    this.#head = head;
    this.#framing = framingOf(head);
    return this.#framing ? undefined : broken("The answer does not say where it ends.");
  }

  #readBody(head: Head): ResponseState {
    const framing = this.#framing;
    if (framing?.kind === "chunked") return this.#readChunks(head);
    const wantedBytes = framing?.kind === "length" ? framing.bytes - this.#bodyBytes : Number.POSITIVE_INFINITY;
    const tooLong = this.#take(
      Math.min(this.#waiting.length, wantedBytes),
      framing?.kind === "length" ? framing.bytes : 0,
    );
    if (tooLong) return tooLong;
    return framing?.kind === "length" && this.#bodyBytes === framing.bytes ? this.#complete(head) : incomplete;
  }

  #readChunks(head: Head): ResponseState {
    for (;;) {
      const end = this.#waiting.indexOf(lineEnd);
      if (end < 0) return this.#waiting.length > chunkLineMaxBytes ? broken("A chunk has no length.") : incomplete;
      const size = /^([0-9a-f]{1,8})[ \t]*(?:;.*)?$/i.exec(this.#waiting.toString("latin1", 0, end))?.[1];
      if (size === undefined) return broken("A chunk has no length.");
      const bytes = Number.parseInt(size, 16);
      if (bytes === 0) return this.#readTrailers(head, end);
      if (this.#bodyBytes + bytes > this.#limits.bodyMaxBytes) return this.#tooLong();
      const next = end + lineEnd.length + bytes + lineEnd.length;
      if (this.#waiting.length < next) return incomplete;
      if (!this.#waiting.subarray(next - lineEnd.length, next).equals(lineEnd))
        return broken("A chunk is longer than it says.");
      this.#waiting = this.#waiting.subarray(end + lineEnd.length);
      this.#take(bytes, 0);
      this.#waiting = this.#waiting.subarray(lineEnd.length);
    }
  }

  /** Trailers say nothing to us; they end as a head does. */
  #readTrailers(head: Head, lastChunkEnd: number): ResponseState {
    if (this.#waiting.indexOf(separator, lastChunkEnd) >= 0) return this.#complete(head);
    return this.#waiting.length > trailersMaxBytes ? broken("The trailers of the answer do not end.") : incomplete;
  }

  /** Moves `bytes` to the body. @returns a state when the body is, or will be, too long. */
  #take(bytes: number, announcedBytes: number): ResponseState | undefined {
    if (Math.max(this.#bodyBytes + bytes, announcedBytes) > this.#limits.bodyMaxBytes) return this.#tooLong();
    this.#chunks.push(this.#waiting.subarray(0, bytes));
    this.#bodyBytes += bytes;
    this.#waiting = this.#waiting.subarray(bytes);
    return undefined;
  }

  #tooLong(): ResponseState {
    return broken(`The answer is longer than ${this.#limits.bodyMaxBytes} bytes.`);
  }

  #complete({ status, headers }: Head): ResponseState {
    return { kind: "complete", response: { status, headers, body: Buffer.concat(this.#chunks, this.#bodyBytes) } };
  }
}

function broken(message: string): ResponseState {
  return { kind: "broken", message };
}

/** So that a device that speaks something else is not waited for. */
function looksLikeHttp(start: Buffer): boolean {
  const begin = "HTTP/1.";
  return start.toString("latin1", 0, begin.length) === begin.slice(0, start.length);
}

function parseHead(text: string): Head | undefined {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = /^HTTP\/1\.[01] (\d{3})(?: .*)?$/.exec(statusLine)?.[1];
  if (status === undefined) return undefined;
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(":");
    const key = line.slice(0, Math.max(colon, 0)).toLowerCase();
    // One pattern for the whole line would try every way to share out its blanks, which a hostile device can make take minutes.
    const value = line.slice(colon + 1).trim();
    if (!fieldName.test(key) || forbiddenInValue.test(value)) return undefined;
    const known = headers[key];
    headers[key] = known === undefined ? value : `${known}, ${value}`;
  }
  return { status: Number(status), headers };
}

/** Undefined for a head that contradicts itself. */
function framingOf({ status, headers }: Head): Framing | undefined {
  const { "transfer-encoding": encoding, "content-length": length } = headers;
  if (status === 204 || status === 304) return { kind: "length", bytes: 0 };
  if (encoding !== undefined)
    return encoding.toLowerCase() === "chunked" && length === undefined ? { kind: "chunked" } : undefined;
  if (length === undefined) return { kind: "untilClose" };
  return /^\d{1,12}$/.test(length) ? { kind: "length", bytes: Number(length) } : undefined;
}

import { connect, isIPv4, type Socket } from "node:net";
import type { Clock, Timer } from "../base/clock.ts";
import { SporeError } from "../base/errors.ts";
import { ResponseReader, type ResponseState } from "./http-response.ts";

/** One HTTP request to a device. */
export interface DeviceRequest {
  /** IPv4. Names are not resolved. */
  readonly address: string;
  readonly port: number;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Sent spelled as they are here: some devices compare names with case. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent part after part, never copied. The request counts as sent once the last part is. */
  readonly body?: readonly Uint8Array[];
  /** Called with the bytes of the body that the socket took so far. */
  readonly onSent?: (sentBytes: number) => void;
}

/** How long each stage of an exchange may take. */
export interface Deadlines {
  readonly connectMs: number;
  /** Between two steps forward while the body is sent. */
  readonly idleMs: number;
  /** From the last byte sent to the first byte of the answer, and between two parts of it. */
  readonly answerMs: number;
  readonly totalMs: number;
}

/** How an exchange ended. It is a value and not an error, because what a lost connection means depends on what was asked. */
export type Exchange =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** Names in lower case. */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Uint8Array;
      /** False when the device answered before it had heard everything. */
      readonly sentWhole: boolean;
      /** From the last byte sent to the first byte of the answer. */
      readonly latencyMs: number;
    }
  | {
      readonly kind: "broken";
      /** `unreachable`: no connection. `malformed`: an answer that is no HTTP, is cut short, or too long. */
      readonly why: "unreachable" | "reset" | "silent" | "malformed" | "aborted";
      /** Whether the device may have heard everything. */
      readonly lastByteLeft: boolean;
      /** A sentence without the device's name. */
      readonly message: string;
    };

type Broken = Extract<Exchange, { readonly kind: "broken" }>;

const bodyMaxBytes = 256 * 1024;
const headMaxBytes = 8 * 1024;
/** One for all connections: what is in it is copied before anybody reads on. */
const readBuffer = Buffer.allocUnsafe(16 * 1024);
const asciiText = /^[\t\x20-\x7e]*$/;
/** Each chunk is handed over whole, which must be faster than the idle deadline on the slowest radio. */
const chunkBytes = { min: 16 * 1024, first: 64 * 1024, max: 256 * 1024 } as const;

/**
 * Asks a device something, over a connection of its own. Never throws for what a device or a network does; follows no redirects. When
 * `signal` aborts, the connection is reset at once.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` when the path or a header holds what would begin another line.
 */
export function exchange(
  request: DeviceRequest,
  deadlines: Deadlines,
  clock: Clock,
  signal: AbortSignal,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    new OpenExchange(request, deadlines, clock, signal, { resolve, reject }).start();
  });
}

interface Settle {
  readonly resolve: (exchange: Exchange) => void;
  readonly reject: (error: unknown) => void;
}

class OpenExchange {
  readonly #request: DeviceRequest;
  readonly #head: string;
  readonly #deadlines: Deadlines;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #outcome: Settle;
  readonly #reader = new ResponseReader({ headMaxBytes, bodyMaxBytes });
  #socket: Socket | undefined;
  #stage: Timer | undefined;
  #total: Timer | undefined;
  #connected = false;
  #lastByteLeft = false;
  #answering = false;
  #settled = false;
  #sentAtMs = 0;
  #latencyMs = 0;

  constructor(request: DeviceRequest, deadlines: Deadlines, clock: Clock, signal: AbortSignal, outcome: Settle) {
    this.#request = request;
    this.#head = headOf(request);
    this.#deadlines = deadlines;
    this.#clock = clock;
    this.#signal = signal;
    this.#outcome = outcome;
  }

  start(): void {
    const { address, port } = this.#request;
    if (this.#signal.aborted) this.#onAbort();
    else if (!isIPv4(address)) this.#break("unreachable", `"${address}" is not an IPv4 address.`);
    if (this.#settled) return;
    const { connectMs, totalMs } = this.#deadlines;
    const onread = { buffer: readBuffer, callback: (bytes: number) => this.#onBytes(bytes) };
    const socket = connect({ host: address, port, noDelay: true, onread });
    this.#socket = socket;
    this.#signal.addEventListener("abort", this.#onAbort, { once: true });
    this.#expect(connectMs, `No connection within ${connectMs / 1000} s.`);
    this.#total = this.#clock.after(totalMs, () => this.#break("silent", `Not finished within ${totalMs / 1000} s.`));
    socket.once("connect", () => void this.#send(socket).catch((error: unknown) => this.#fail(error)));
    socket.on("error", (error) => this.#onError(error));
    socket.on("close", () => this.#onClose());
  }

  readonly #onAbort = (): void => this.#break("aborted", "The request was called off.");

  async #send(socket: Socket): Promise<void> {
    this.#connected = true;
    const { body = [], onSent } = this.#request;
    const { idleMs, answerMs } = this.#deadlines;
    const totalBytes = lengthOf(body);
    const parts = new PartsReader(body);
    let sentBytes = 0;
    let nextBytes: number = chunkBytes.first;
    socket.cork(); // so that the head travels with the first bytes of the body
    socket.write(this.#head, "latin1");
    if (totalBytes === 0) socket.uncork();
    while (sentBytes < totalBytes) {
      this.#expect(idleMs, `The device took nothing for ${idleMs / 1000} s.`);
      const leftBytes = totalBytes - sentBytes;
      const bytes = leftBytes - nextBytes < chunkBytes.min ? leftBytes : nextBytes;
      sentBytes += bytes;
      if (sentBytes === totalBytes) this.#lastByteLeft = true;
      const atOnce = await written(socket, parts.take(bytes));
      if (!this.#settled) onSent?.(sentBytes);
      // A fast device costs few system calls then, and a slow one shows its progress.
      nextBytes = atOnce ? Math.min(4 * nextBytes, chunkBytes.max) : Math.max(nextBytes / 2, chunkBytes.min);
      // Lets an early answer be read before the next bytes provoke a reset that would discard it.
      if (atOnce && sentBytes < totalBytes) await new Promise((resolve) => setImmediate(resolve));
      if (this.#settled || this.#answering) return;
    }
    this.#lastByteLeft = true;
    this.#sentAtMs = this.#clock.monotonic();
    this.#expect(answerMs, `No answer within ${answerMs / 1000} s.`);
  }

  #onBytes(bytes: number): boolean {
    if (!this.#settled) this.#receive(this.#reader.push(Buffer.from(readBuffer.subarray(0, bytes))));
    return true;
  }

  #receive(state: ResponseState): void {
    if (!this.#answering) this.#latencyMs = this.#lastByteLeft ? this.#clock.monotonic() - this.#sentAtMs : 0;
    this.#answering = true;
    const { answerMs } = this.#deadlines;
    if (state.kind === "incomplete") this.#expect(answerMs, `The answer stopped for ${answerMs / 1000} s.`);
    else if (state.kind === "broken") this.#break("malformed", state.message);
    else
      this.#settle({
        kind: "answered",
        ...state.response,
        sentWhole: this.#lastByteLeft,
        latencyMs: this.#latencyMs,
      });
  }

  /** Only the caller's own `onSent` can throw while we send. */
  #fail(error: unknown): void {
    this.#outcome.reject(error);
    this.#break("aborted", "The caller failed.");
  }

  #onError(error: Error & { readonly code?: string }): void {
    const code = error.code ?? error.message;
    if (!this.#connected) this.#break("unreachable", `No connection (${code}).`);
    else if (this.#answering) this.#break("malformed", `The answer broke off (${code}).`);
    else this.#break("reset", `The connection broke (${code}).`);
  }

  #onClose(): void {
    if (this.#settled) return;
    if (this.#answering) this.#receive(this.#reader.end());
    else this.#break("reset", "The device closed the connection without an answer.");
  }

  /** Sets the deadline of the stage that begins now. */
  #expect(delayMs: number, message: string): void {
    this.#stage?.cancel();
    if (!this.#settled)
      this.#stage = this.#clock.after(delayMs, () => this.#break(this.#connected ? "silent" : "unreachable", message));
  }

  #break(why: Broken["why"], message: string): void {
    this.#settle({ kind: "broken", why, lastByteLeft: this.#lastByteLeft, message });
  }

  #settle(result: Exchange): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#stage?.cancel();
    this.#total?.cancel();
    this.#signal.removeEventListener("abort", this.#onAbort);
    // A reset calls back what still waits in this machine's buffers: a node must not go on taking in what was called off.
    if (result.kind === "broken" && this.#connected) this.#socket?.resetAndDestroy();
    else this.#socket?.destroy();
    this.#outcome.resolve(result);
  }
}

/** Writes in one go. Resolves when the kernel has taken everything or the connection is gone, and says whether that was at once. */
function written(socket: Socket, pieces: readonly Uint8Array[]): Promise<boolean> {
  return new Promise((resolve) => {
    socket.cork();
    pieces.forEach((piece, index) => {
      if (index < pieces.length - 1) socket.write(piece);
      else socket.write(piece, () => resolve(atOnce));
    });
    while (socket.writableCorked > 0) socket.uncork();
    const atOnce = socket.writableLength === 0;
  });
}

/** Hands out the parts of a body in pieces that are as long as it is asked for. */
class PartsReader {
  readonly #parts: readonly Uint8Array[];
  #index = 0;
  #offset = 0;

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts;
  }

  /** The next `bytes`, which must be there, as views. */
  take(bytes: number): Uint8Array[] {
    const pieces: Uint8Array[] = [];
    let missing = bytes;
    for (let part = this.#parts[this.#index]; part && missing > 0; part = this.#parts[this.#index]) {
      const piece = part.subarray(this.#offset, this.#offset + missing);
      pieces.push(piece);
      missing -= piece.length;
      this.#offset += piece.length;
      if (this.#offset < part.length) continue;
      this.#index++;
      this.#offset = 0;
    }
    return pieces;
  }
}

function lengthOf(body: readonly Uint8Array[]): number {
  return body.reduce((sum, { length }) => sum + length, 0);
}

function headOf({ address, port, method, path, headers, body }: DeviceRequest): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    `Host: ${port === 80 ? address : `${address}:${port}`}`,
    "Connection: close",
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`),
    ...(body ? [`Content-Length: ${lengthOf(body)}`] : []),
  ];
  if (!asciiText.test(lines.join(""))) {
    const [name] = lines.find((line) => !asciiText.test(line))?.split(/[: ]/, 1) ?? [];
    throw new SporeError("SPORE_BAD_REQUEST", `The ${name} line of the request holds more than ASCII text.`);
  }
  return `${lines.join("\r\n")}\r\n\r\n`;
}

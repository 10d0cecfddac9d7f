import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { isIPv4 } from "node:net";
import type { Clock, Timer } from "../base/clock.ts";

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

const responseMaxBytes = 256 * 1024;
const headersMaxBytes = 8 * 1024;
/** Large enough for one system call per many packets, small enough that 20 s for one of them is slower than any radio. */
const chunkBytes = 16 * 1024;

/**
 * Asks a device something, over a connection of its own. Never throws for what a device or a network does; follows no redirects. When
 * `signal` aborts, the connection is closed at once.
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
  readonly #deadlines: Deadlines;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #outcome: Settle;
  #wire: ClientRequest | undefined;
  #stage: Timer | undefined;
  #total: Timer | undefined;
  #connected = false;
  #lastByteLeft = false;
  #answering = false;
  #settled = false;
  #sentAtMs = 0;

  constructor(request: DeviceRequest, deadlines: Deadlines, clock: Clock, signal: AbortSignal, outcome: Settle) {
    this.#request = request;
    this.#deadlines = deadlines;
    this.#clock = clock;
    this.#signal = signal;
    this.#outcome = outcome;
  }

  start(): void {
    const { address, port, method, path, headers, body } = this.#request;
    if (this.#signal.aborted) this.#onAbort();
    else if (!isIPv4(address)) this.#break("unreachable", `"${address}" is not an IPv4 address.`);
    if (this.#settled) return;
    const wire = httpRequest({
      host: address,
      port,
      method,
      path,
      agent: false,
      setHost: false,
      maxHeaderSize: headersMaxBytes,
      headers: {
        Host: port === 80 ? address : `${address}:${port}`,
        Connection: "close",
        ...headers,
        ...(body && { "Content-Length": String(lengthOf(body)) }),
      },
    });
    this.#wire = wire;
    this.#signal.addEventListener("abort", this.#onAbort, { once: true });
    const { connectMs, totalMs } = this.#deadlines;
    this.#expect(connectMs, `No connection within ${connectMs / 1000} s.`);
    this.#total = this.#clock.after(totalMs, () => this.#break("silent", `Not finished within ${totalMs / 1000} s.`));
    wire.on("socket", (socket) =>
      socket.once("connect", () => {
        // Only the caller's own `onSent` can throw in there.
        this.#send(wire, body ?? []).catch(this.#outcome.reject);
      }),
    );
    wire.on("response", (response) => this.#receive(response));
    wire.on("upgrade", () => this.#break("malformed", "The device changed the protocol."));
    wire.on("error", (error) => this.#onError(error));
    wire.on("close", () => {
      // Where an answer had begun, what became of it is known a moment later, and by the answer.
      if (!this.#answering) this.#break("reset", "The device closed the connection without an answer.");
    });
  }

  readonly #onAbort = (): void => this.#break("aborted", "The request was called off.");

  async #send(wire: ClientRequest, body: readonly Uint8Array[]): Promise<void> {
    this.#connected = true;
    const { idleMs, answerMs } = this.#deadlines;
    const totalBytes = lengthOf(body);
    let sentBytes = 0;
    for (const chunk of chunksOf(body)) {
      if (this.#settled || this.#answering) return;
      this.#expect(idleMs, `The device took nothing for ${idleMs / 1000} s.`);
      sentBytes += chunk.length;
      if (sentBytes === totalBytes) this.#lastByteLeft = true;
      await new Promise<void>((resolve) => wire.write(chunk, () => resolve()));
      if (!this.#settled) this.#request.onSent?.(sentBytes);
      // Lets an early answer be read before the next bytes provoke a reset that would discard it.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.#settled || this.#answering) return;
    this.#lastByteLeft = true;
    this.#sentAtMs = this.#clock.monotonic();
    this.#expect(answerMs, `No answer within ${answerMs / 1000} s.`);
    wire.end();
  }

  #receive(response: IncomingMessage): void {
    this.#answering = true;
    const latencyMs = this.#lastByteLeft ? this.#clock.monotonic() - this.#sentAtMs : 0;
    const { answerMs } = this.#deadlines;
    const chunks: Uint8Array[] = [];
    let total = 0;
    const stalled = `The answer stopped for ${answerMs / 1000} s.`;
    this.#expect(answerMs, stalled);
    response.on("data", (chunk: Uint8Array) => {
      this.#expect(answerMs, stalled);
      total += chunk.length;
      chunks.push(chunk);
      if (total > responseMaxBytes) this.#break("malformed", `The answer is longer than ${responseMaxBytes} bytes.`);
    });
    const brokeOff = () => this.#break("malformed", `The answer broke off after ${total} bytes.`);
    response.on("error", brokeOff);
    response.on("close", brokeOff);
    response.on("end", () => {
      if (!response.complete) brokeOff();
      this.#settle({
        kind: "answered",
        status: response.statusCode ?? 0,
        headers: plainHeaders(response),
        body: Buffer.concat(chunks, total),
        sentWhole: this.#lastByteLeft,
        latencyMs,
      });
    });
  }

  #onError(error: Error & { readonly code?: string }): void {
    const code = error.code ?? error.message;
    if (!this.#connected) this.#break("unreachable", `No connection (${code}).`);
    else if (code.startsWith("HPE_")) this.#break("malformed", `The answer is not HTTP (${code}).`);
    else this.#break("reset", `The connection broke (${code}).`);
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
    this.#wire?.destroy();
    this.#outcome.resolve(result);
  }
}

function* chunksOf(body: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of body)
    for (let at = 0; at < part.length; at += chunkBytes) yield part.subarray(at, at + chunkBytes);
}

function lengthOf(body: readonly Uint8Array[]): number {
  return body.reduce((sum, { length }) => sum + length, 0);
}

function plainHeaders({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]),
  );
}

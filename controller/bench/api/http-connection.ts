import { connect, type TLSSocket } from "node:tls";
import { SporeError } from "../../base/errors.ts";

/** Where requests go, and with what. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly authorization?: string;
}

/** An answer, of which only this matters. */
export interface Answer {
  readonly status: number;
  readonly bodyBytes: number;
  /** The first piece of the body, for when something is wrong. */
  readonly excerpt: string;
}

const excerptMaxBytes = 300;
const lastChunk = Buffer.from("0\r\n\r\n");

/**
 * HTTP/1.1 over TLS on one connection that stays, one request after the other. By hand, because Node.js' own client takes as much time for a
 * request as the servers that are compared.
 */
export class HttpConnection implements Disposable {
  readonly #socket: TLSSocket;
  readonly #headers: string;
  #received: Buffer[] = [];
  #size = 0;
  #waiting: { resolve(answer: Answer): void; reject(error: unknown): void } | undefined;
  /** Of the answer that is coming, once its head was read: where the body begins, and how long the whole is, if it says so. */
  #bodyAt = 0;
  #endAt: number | undefined;

  private constructor(socket: TLSSocket, { host, authorization }: Target) {
    this.#socket = socket;
    this.#headers = `host: ${host}\r\n${authorization === undefined ? "" : `authorization: ${authorization}\r\n`}`;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    const fail = (error?: Error) => {
      const reason = new SporeError("SPORE_UNAVAILABLE", "the server closed a connection", {}, { cause: error });
      this.#waiting?.reject(reason);
      this.#waiting = undefined;
    };
    socket.on("error", fail);
    socket.on("close", () => fail());
  }

  static async open(target: Target): Promise<HttpConnection> {
    const { host, port, ca } = target;
    const socket = connect({ host, port, ca, ALPNProtocols: ["http/1.1"], checkServerIdentity: () => undefined });
    await new Promise<void>((resolve, reject) => socket.once("secureConnect", resolve).once("error", reject));
    socket.setNoDelay(true);
    return new HttpConnection(socket, target);
  }

  /** @throws SporeError `SPORE_UNAVAILABLE` when the connection ends. */
  send(method: string, path: string, body?: string): Promise<Answer> {
    const length =
      body === undefined ? "" : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(`${method} ${path} HTTP/1.1\r\n${this.#headers}${length}\r\n${body ?? ""}`);
    });
  }

  [Symbol.dispose](): void {
    this.#waiting = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#size += chunk.byteLength;
    if (this.#bodyAt === 0) this.#readHead();
    if (this.#bodyAt === 0) return;
    const isWhole =
      this.#endAt === undefined ? chunk.subarray(-lastChunk.byteLength).equals(lastChunk) : this.#size >= this.#endAt;
    if (isWhole) this.#finish();
  }

  #readHead(): void {
    const bytes = this.#join();
    const end = bytes.indexOf("\r\n\r\n");
    if (end < 0) return;
    this.#bodyAt = end + 4;
    const length = /^content-length: *(\d+)/im.exec(bytes.toString("latin1", 0, end))?.[1];
    this.#endAt = length === undefined ? undefined : this.#bodyAt + Number(length);
  }

  #finish(): void {
    const [first = Buffer.alloc(0)] = this.#received;
    const status = Number(first.toString("latin1", 9, 12));
    const excerpt = first.toString("utf8", this.#bodyAt, this.#bodyAt + excerptMaxBytes);
    const answer = { status, bodyBytes: this.#size - this.#bodyAt, excerpt };
    this.#received = [];
    this.#size = 0;
    this.#bodyAt = 0;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(answer);
  }

  #join(): Buffer {
    const [only] = this.#received;
    if (this.#received.length === 1 && only !== undefined) return only;
    const whole = Buffer.concat(this.#received);
    this.#received = [whole];
    return whole;
  }
}

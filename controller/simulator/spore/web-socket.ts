import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** One WebSocket (RFC 6455), as small as a node's: text frames without fragments, of at most 1,024 bytes. */
export interface WebSocket {
  send(text: string): void;
  close(code: number): void;
}

/** What happens to a socket. */
export interface WebSocketEvents {
  text(message: string): void;
  /** A frame that a node does not take; the socket stays open. */
  refused(why: string): void;
  closed(): void;
}

const handshakeKey = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const frameMaxBytes = 1024;
const opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;
const closeCode = { protocol: 1002, tooLarge: 1009 } as const;

/** Answers the handshake in `request` and reads frames until either side closes. Undefined where it is no handshake. */
export function acceptWebSocket(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  events: WebSocketEvents,
): WebSocket | undefined {
  const key = request.headers["sec-websocket-key"];
  if (key === undefined || request.headers["sec-websocket-version"] !== "13") return undefined;
  const accept = createHash("sha1").update(`${key}${handshakeKey}`).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  const connection = new Connection(socket, events);
  connection.receive(head);
  return connection;
}

class Connection implements WebSocket {
  readonly #socket: Duplex;
  readonly #events: WebSocketEvents;
  #held: Buffer = Buffer.alloc(0);
  #closing = false;

  constructor(socket: Duplex, events: WebSocketEvents) {
    this.#socket = socket;
    this.#events = events;
    socket.on("data", (chunk: Buffer) => this.receive(chunk));
    // A reset is the end of the connection like any other; "close" follows.
    socket.on("error", () => {});
    socket.once("close", () => events.closed());
  }

  send(text: string): void {
    if (!this.#closing && this.#socket.writable) this.#socket.write(frame(opcode.text, Buffer.from(text)));
  }

  close(code: number): void {
    if (this.#closing) return;
    this.#closing = true;
    const reason = Buffer.alloc(2);
    reason.writeUInt16BE(code);
    this.#socket.end(frame(opcode.close, reason));
  }

  receive(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk]);
    for (let length = this.#frameLength(); length !== undefined && !this.#closing; length = this.#frameLength()) {
      const bytes = this.#held.subarray(0, length);
      this.#held = this.#held.subarray(length);
      this.#take(bytes);
    }
  }

  /** Bytes of the first frame, header and mask included; undefined while it is not complete, or when it is a violation. */
  #frameLength(): number | undefined {
    const [first, second] = this.#held;
    if (first === undefined || second === undefined) return undefined;
    const isFinal = (first & 0x80) !== 0;
    const isMasked = (second & 0x80) !== 0;
    const short = second & 0x7f;
    if (!isFinal || !isMasked) return this.#violate(closeCode.protocol);
    if (short === 126 && this.#held.length < 4) return undefined;
    const payload = short === 126 ? this.#held.readUInt16BE(2) : short;
    if (short === 127 || payload > frameMaxBytes) return this.#violate(closeCode.tooLarge);
    const total = (short === 126 ? 4 : 2) + 4 + payload;
    return this.#held.length < total ? undefined : total;
  }

  #violate(code: number): undefined {
    this.close(code);
  }

  #take(bytes: Buffer): void {
    const maskAt = ((bytes[1] ?? 0) & 0x7f) === 126 ? 4 : 2;
    const mask = bytes.subarray(maskAt, maskAt + 4);
    const payload = Buffer.from(bytes.subarray(maskAt + 4).map((byte, at) => byte ^ (mask[at % 4] ?? 0)));
    switch ((bytes[0] ?? 0) & 0x0f) {
      case opcode.text:
        this.#events.text(payload.toString("utf8"));
        break;
      case opcode.binary:
        this.#events.refused("send text, not binary");
        break;
      case opcode.ping:
        this.#socket.write(frame(opcode.pong, payload));
        break;
      case opcode.pong:
        break;
      case opcode.close:
        this.close(1000);
        break;
      default:
        this.close(closeCode.protocol);
    }
  }
}

function frame(kind: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.of(0x80 | kind, payload.length)
      : Buffer.of(0x80 | kind, 126, payload.length >> 8, payload.length & 0xff);
  return Buffer.concat([head, payload]);
}

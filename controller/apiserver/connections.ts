import type { IncomingMessage } from "node:http";
import type { Http2SecureServer, Http2ServerRequest, ServerHttp2Session } from "node:http2";
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Clock } from "../base/clock.ts";

/** Go's clients keep idle connections for 90 s; a server that closes earlier breaks a request now and then. */
const idleMaxMs = 120_000;
const handshakeMaxMs = 10_000;
const headersMaxMs = 30_000;
/** How long a body may take: an image over a slow line. */
const bodyMaxMs = 600_000;
/** What comes beyond is not accepted until others have gone; a process has about 20,000 files. */
const connectionsMax = 10_000;
/** How long requests may go on when the server shuts down. */
const shutdownGraceMs = 10_000;
/** How long a client may keep a connection on which it has its last answer. */
const lingerMs = 1000;

/**
 * What one connection may ask of the server, for `http2.createSecureServer`. Node.js and nghttp2 close a connection that goes further; frames that need an
 * answer (settings, pings) and streams that are opened only to be reset have a rate there, too (CVE-2023-44487, CVE-2019-9515).
 */
export const connectionLimits = {
  handshakeTimeout: handshakeMaxMs,
  /** Of an HTTP/1.1 request; a kubectl sends less than 4 KiB. */
  maxHeaderSize: 32 * 1024,
  settings: { maxConcurrentStreams: 1000, maxHeaderListSize: 32 * 1024 },
  maxHeaderListPairs: 100,
  maxOutstandingPings: 10,
  /** Streams that may be reset at once, and from then on in a second. Many watches that end together are no attack. */
  streamResetBurst: 2000,
  streamResetRate: 100,
} as const;

/**
 * The connections of a server. Closing an HTTP/2 server waits for its sessions, which clients keep open for as long as they like, so they are told
 * to go and, when they do not, closed.
 */
export class Connections {
  readonly #server: Http2SecureServer;
  readonly #clock: Clock;
  readonly #sessions = new Set<ServerHttp2Session>();
  /** Those on which nobody has finished TLS, by the client's address and port. */
  readonly #strangers = new Map<string, Socket>();
  /** Those that speak HTTP/1.1, with the number of requests under way. */
  readonly #plain = new Map<Socket, number>();
  #isClosing = false;

  constructor(server: Http2SecureServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    server.maxConnections = connectionsMax;
    // HTTP/1.1 connections of an HTTP/2 server take these as properties only.
    Object.assign(server, { keepAliveTimeout: idleMaxMs, headersTimeout: headersMaxMs, requestTimeout: bodyMaxMs });
    server.on("connection", (socket: Socket) => this.#meet(socket));
    server.on("secureConnection", (socket) => this.#welcome(socket));
    server.on("session", (session) => this.#open(session));
    server.on("request", (request, response) => {
      if (request.httpVersionMajor === 1) this.#count(request, response);
    });
  }

  /** Lets requests that are under way finish for a moment. Resolves when every connection is closed. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#strangers.values()) socket.destroy();
    for (const [socket, underWay] of this.#plain) if (underWay === 0) socket.destroy();
    for (const session of this.#sessions) session.close();
    const grace = this.#clock.after(shutdownGraceMs, () => {
      for (const session of this.#sessions) session.destroy();
      for (const socket of this.#plain.keys()) socket.destroy();
    });
    await closed;
    grace.cancel();
  }

  #meet(socket: Socket): void {
    const name = nameOf(socket);
    this.#strangers.set(name, socket);
    socket.on("close", () => {
      if (this.#strangers.get(name) === socket) this.#strangers.delete(name);
    });
  }

  #welcome(socket: TLSSocket): void {
    this.#strangers.delete(nameOf(socket));
    // Node.js does so for plain HTTP and for HTTP/2 only. Without it the body waits 40 ms for the client to acknowledge the head.
    socket.setNoDelay(true);
    socket.on("error", () => {}); // a client that went away; its requests say so themselves
    if (socket.alpnProtocol === "h2") return;
    this.#plain.set(socket, 0);
    socket.on("close", () => this.#plain.delete(socket));
    if (this.#isClosing) socket.destroy();
  }

  #open(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    let streams = 0;
    const idle = () => this.#clock.after(idleMaxMs, () => session.close());
    let timer = idle();
    session.on("stream", (stream) => {
      streams++;
      timer.cancel();
      stream.on("close", () => {
        streams--;
        if (streams === 0 && this.#sessions.has(session)) timer = idle();
      });
    });
    session.on("close", () => {
      timer.cancel();
      this.#sessions.delete(session);
    });
    session.on("error", () => {}); // likewise
    if (this.#isClosing) session.close();
  }

  #count({ socket }: IncomingMessage | Http2ServerRequest, response: NodeJS.EventEmitter): void {
    this.#plain.set(socket, (this.#plain.get(socket) ?? 0) + 1);
    response.on("close", () => {
      const underWay = (this.#plain.get(socket) ?? 1) - 1;
      if (this.#plain.has(socket)) this.#plain.set(socket, underWay);
      if (!this.#isClosing || underWay > 0) return;
      socket.end(); // the client may mean to keep it for its next request
      this.#clock.after(lingerMs, () => socket.destroy());
    });
  }
}

/** Of the other side; the same for a connection before and after TLS. */
function nameOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

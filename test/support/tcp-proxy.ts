import { connect, createServer, type Server, type Socket } from "node:net";

/** Passes connections on to a server that may change, and breaks them when it is told to. */
export class TcpProxy implements AsyncDisposable {
  /** Where connections lead; undefined: they are refused as soon as they are made. */
  target: { readonly port: number } | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((client) => this.#pass(client));
  }

  static async open(): Promise<TcpProxy> {
    const proxy = new TcpProxy();
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new TypeError("the proxy does not listen");
    return address.port;
  }

  /** Breaks all connections, in the middle of whatever they carry. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(client: Socket): void {
    if (!this.target) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.target.port, "127.0.0.1");
    const ends = [client, server] as const;
    for (const [index, socket] of ends.entries()) {
      const other = ends[1 - index];
      this.#sockets.add(socket);
      socket.on("error", () => {}); // shows as a close
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other?.destroy();
      });
    }
    client.pipe(server).pipe(client);
  }
}

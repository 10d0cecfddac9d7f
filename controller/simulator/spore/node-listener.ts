import { createServer, type Server, type Socket } from "node:net";
import { SporeError } from "../../base/errors.ts";
import { systemErrorCode } from "../../base/system-error-code.ts";

/** A node's TCP port. It closes when the node leaves the network, and opens again at the same number. */
export class NodeListener {
  readonly #address: string;
  readonly #accept: (socket: Socket) => void;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(address: string, accept: (socket: Socket) => void) {
    this.#address = address;
    this.#accept = accept;
  }

  /**
   * @param port 0: a free one.
   * @returns the port; a free one where `port` needs rights that this user lacks.
   * @throws SporeError `SPORE_PORT_TAKEN`, or `SPORE_USAGE` where the machine lacks the address or files.
   */
  async open(port: number): Promise<number> {
    try {
      return await this.#listen(port);
    } catch (error) {
      if (systemErrorCode(error) === "EACCES" && port !== 0) return this.#listen(0);
      throw listenError(error, this.#address, port);
    }
  }

  /** Stops listening at once, and drops every connection; `reset` as a board without power would. */
  close(reset: boolean): void {
    this.#server?.close();
    this.#server = undefined;
    for (const socket of this.#sockets) {
      if (reset) socket.resetAndDestroy();
      else socket.destroy();
    }
    this.#sockets.clear();
  }

  #listen(port: number): Promise<number> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      this.#accept(socket);
    });
    // A chip has memory for no more; further connections are dropped.
    server.maxConnections = connectionsMax;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host: this.#address, port }, () => {
        this.#server = server;
        const bound = server.address();
        resolve(typeof bound === "object" && bound ? bound.port : port);
      });
    });
  }
}

const connectionsMax = 5;

/** What a failure to bind means, and what to do about it. */
export function listenError(error: unknown, address: string, port: number): SporeError {
  const where = `${address}:${port}`;
  switch (systemErrorCode(error)) {
    case "EADDRINUSE":
      return new SporeError(
        "SPORE_PORT_TAKEN",
        `Port ${where} is taken.`,
        {
          hint: "Another fleet may be running: choose another --base or other ports.",
        },
        { cause: error },
      );
    case "EADDRNOTAVAIL":
      return new SporeError(
        "SPORE_USAGE",
        `This machine does not have the address ${address}.`,
        {
          hint: `On macOS add it with: sudo ifconfig lo0 alias ${address}`,
        },
        { cause: error },
      );
    case "EMFILE":
    case "ENFILE":
      return new SporeError(
        "SPORE_USAGE",
        `There are no files left for ${where}; a node needs two.`,
        {
          hint: "Raise the limit with ulimit -n, or start fewer nodes.",
        },
        { cause: error },
      );
    default:
      return new SporeError("SPORE_INTERNAL", `Cannot listen on ${where}.`, {}, { cause: error });
  }
}

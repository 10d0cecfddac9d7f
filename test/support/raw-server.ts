import { createServer, type Server, type Socket } from "node:net";

/** A TCP server on a free port of 127.0.0.1 that does exactly what a test says, byte by byte. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  /** Everything each connection sent, in order of the connections. */
  readonly received: Buffer[];
  /** Connections open at this moment. */
  readonly open: ReadonlySet<Socket>;
}

/** @param serve called per connection, with what arrives on it so far after each packet. */
export async function rawServer(serve: (socket: Socket, soFar: Buffer) => void): Promise<RawServer> {
  const received: Buffer[] = [];
  const open = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    const index = received.push(Buffer.alloc(0)) - 1;
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {}); // the other end may break off: that is what is tested
    socket.on("data", (chunk) => {
      const soFar = Buffer.concat([received[index] ?? Buffer.alloc(0), chunk]);
      received[index] = soFar;
      serve(socket, soFar);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return {
    port: address.port,
    received,
    open,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An HTTP answer with a right length, unless `headers` says another. */
export function httpAnswer(
  status: number,
  body: string,
  headers = `Content-Length: ${Buffer.byteLength(body)}`,
): string {
  return `HTTP/1.1 ${status} Whatever\r\nConnection: close\r\n${headers}\r\n\r\n${body}`;
}

/** Whether `soFar` holds a whole request, by its Content-Length. */
export function isWholeRequest(soFar: Buffer): boolean {
  const headEnd = soFar.indexOf("\r\n\r\n");
  if (headEnd < 0) return false;
  const length = /content-length: (\d+)/i.exec(soFar.subarray(0, headEnd).toString("latin1"))?.[1] ?? "0";
  return soFar.length >= headEnd + 4 + Number(length);
}

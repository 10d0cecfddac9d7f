import { createServer, type Socket } from "node:net";
import { isMainThread, parentPort, workerData } from "node:worker_threads";

/** What the thread is started with. */
export interface SinkOptions {
  readonly addresses: readonly string[];
}

const answer = '{"status":"OK"}';
const answerBytes = `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`;
const separator = "\r\n\r\n";

/** Nodes that take an upload as fast as it comes and keep nothing, in a thread of their own. Tells the port, which is one for all. */
async function serve({ addresses }: SinkOptions): Promise<void> {
  let port = 0;
  for (const address of addresses) port = await listen(address, port);
  parentPort?.postMessage(port);
}

function listen(address: string, port: number): Promise<number> {
  const server = createServer({ noDelay: true }, take);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port, backlog: 64 }, () => {
      const bound = server.address();
      resolve(bound !== null && typeof bound === "object" ? bound.port : port);
    });
  });
}

function take(socket: Socket): void {
  let missing: number | undefined;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    missing = (missing ?? requestBytes(chunk)) - chunk.length;
    if (missing <= 0) socket.end(answerBytes);
  });
}

/** The head of a request comes in its first packet here. */
function requestBytes(first: Buffer): number {
  const head = first.toString("latin1", 0, first.indexOf(separator));
  return head.length + separator.length + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
}

if (!isMainThread) await serve(workerData);

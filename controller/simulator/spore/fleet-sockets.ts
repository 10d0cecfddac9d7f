import { createSocket, type Socket, type SocketOptions } from "node:dgram";
import { listenError } from "./node-listener.ts";
import type { Source } from "./node-wire.ts";

/** Called with each datagram that a socket receives. */
export type Receive = (datagram: Buffer, source: Source) => void;

/**
 * Opens a UDP socket for one address of this machine.
 *
 * @param port 0: a free one; `address()` of the socket tells.
 * @throws SporeError `SPORE_PORT_TAKEN`, or `SPORE_USAGE` where the machine lacks the address or files.
 */
export function openSocket(address: string, port: number, receive: Receive): Promise<Socket> {
  const socket = createSocket({ type: "udp4", reuseAddr: true, lookup: asWritten });
  return new Promise((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(listenError(error, address, port));
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      // What cannot be delivered is lost, as on the air; a socket that was closed meanwhile reports here too.
      socket.on("error", () => {});
      socket.on("message", (datagram, { address: from, port: fromPort }) =>
        receive(datagram, { address: from, port: fromPort }),
      );
      socket.setBroadcast(true);
      resolve(socket);
    });
  });
}

/** Targets are IPv4 addresses. The machine's own resolver would answer one turn of the event loop later, for each datagram. */
const asWritten: NonNullable<SocketOptions["lookup"]> = (hostname, _options, callback) => callback(null, hostname, 4);

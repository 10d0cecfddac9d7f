import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, it } from "vitest";
import { portHolder } from "../../controller/base/port-holder.ts";

const onLinux = process.platform === "linux";

it.runIf(onLinux)("portHolder names the process that holds a UDP port", async () => {
  const socket = createSocket("udp4");
  socket.bind({ address: "127.0.0.1", port: 0 });
  await once(socket, "listening");
  expect(await portHolder("udp", socket.address().port)).toMatch(new RegExp(`^.+ \\(process ${process.pid}\\)$`));
  const { port } = socket.address();
  socket.close();
  await once(socket, "close");
  expect(await portHolder("udp", port)).toBeUndefined();
});

it.runIf(onLinux)("portHolder names the process that listens on a TCP port", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  expect(await portHolder("tcp", address.port)).toContain(`(process ${process.pid})`);
  server.close();
});

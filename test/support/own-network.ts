import { createServer } from "node:net";

/** Networks 127.x that tests share among themselves; fixed addresses of single tests lie below. */
const firstNetwork = 128;
const networks = 100;
/** Who listens here, at the end of a network, has it. Beyond what the kernel gives to those who ask for any port. */
const lockPort = 65_123;
/** Below those, too. */
const firstUdpPort = 22_000;
const udpPortsPerNetwork = 100;

let network: Promise<number> | undefined;
let bases = 0;
let ports = 0;

/** `127.x.y.1`, the first of 254 addresses of loopback that nobody else has: no other caller, and no other process that runs tests on this machine. */
export async function ownBase(): Promise<string> {
  network ??= lockNetwork();
  return `127.${await network}.${++bases % 255}.1`;
}

/** A UDP port that nobody else has, in the same sense. */
export async function ownUdpPort(): Promise<number> {
  network ??= lockNetwork();
  return firstUdpPort + ((await network) - firstNetwork) * udpPortsPerNetwork + (ports++ % udpPortsPerNetwork);
}

/** Until this process ends. */
async function lockNetwork(): Promise<number> {
  for (let offset = 0; offset < networks; offset++) {
    const number = firstNetwork + ((process.pid + offset) % networks);
    if (await listens(`127.${number}.255.254`)) return number;
  }
  throw new TypeError(`${networks} processes run tests on this machine: there are no addresses left`);
}

function listens(host: string): Promise<boolean> {
  const server = createServer().unref();
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen({ host, port: lockPort }, () => resolve(true));
  });
}

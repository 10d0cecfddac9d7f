import { connect } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { askDevice, asMultipart } from "../../support/device-request.ts";
import { bootFleet, listen, nodeOf, until } from "../../support/spore-fleet.ts";

const bytes = fc.uint8Array({ maxLength: 1500 });

/** Sends `data` to a node and waits for the end of the connection; the client half-closes, so that a node may answer. */
function throwAt(device: { address: string; port: number }, data: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(device.port, device.address);
    socket.on("error", () => {}); // a reset is an answer too
    socket.on("data", () => {});
    socket.once("close", () => resolve());
    socket.end(data);
  });
}

describe("whatever arrives, a node keeps serving", () => {
  it("over UDP", async () => {
    const fleet = await bootFleet();
    const { device } = nodeOf(fleet);
    const { socket } = await listen("127.0.0.1", 0);
    const prefixes = [
      "",
      "CLUSTER_HEARTBEAT:",
      "CLUSTER_RESPONSE:",
      "NODE_UPDATE:x:",
      "CLUSTER_NODE_INFO:x:{",
      "CLUSTER_EVENT:{",
      "RAW:",
      "SPORE_PROBE:",
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...prefixes), bytes, async (prefix, tail) => {
        const before = fleet.traffic.received;
        socket.send(Buffer.concat([Buffer.from(prefix), tail]), fleet.udpPort, device.address);
        await until(() => fleet.traffic.received > before, "the datagram arrives");
      }),
      { numRuns: 200 },
    );
    expect((await askDevice({ ...device, path: "/api/node/status" })).status).toBe(200);
  });

  it("over HTTP", async () => {
    const fleet = await bootFleet();
    const { device } = nodeOf(fleet);
    const starts = [
      "",
      "GET ",
      "GET /api/node/status HTTP/1.1\r\n",
      "POST /api/node/config HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n",
      "POST /api/node/config HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
      "GET /%00%zz?%=& HTTP/1.1\r\nHost: x\r\n",
      "GET //[ HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
      "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n",
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...starts), bytes, async (start, tail) => {
        await throwAt(device, Buffer.concat([Buffer.from(start), tail]));
      }),
      { numRuns: 150 },
    );
    expect((await askDevice({ ...device, path: "/api/node/status" })).status).toBe(200);
  });

  it("as an upload that is damaged or cut anywhere", async () => {
    const fleet = await bootFleet();
    const { node, device } = nodeOf(fleet);
    const { type, body } = asMultipart(Buffer.alloc(2000, 0xe9));
    const head = `POST /api/node/update HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`;
    const whole = Buffer.concat([Buffer.from(head), body]);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length - 1 }),
        fc.nat({ max: whole.length - 1 }),
        fc.nat({ max: 255 }),
        async (cut, at, byte) => {
          const damaged = Buffer.from(whole.subarray(0, cut));
          if (at < cut) damaged[at] = byte;
          await throwAt(device, damaged);
          await until(() => !node.state.updater.isRunning, "the updater is free again");
        },
      ),
      { numRuns: 100 },
    );
    expect((await askDevice({ ...device, path: "/api/node/status" })).body.x.version).toBe("1.0.0");
  });
});

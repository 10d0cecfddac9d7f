import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { ManualClock } from "../../support/manual-clock.ts";
import { bootFleet, type DeviceAddress, listen, nodeOf, until } from "../../support/spore-fleet.ts";

interface Client {
  readonly socket: Socket;
  readonly received: string[];
  readonly codes: number[];
  send(text: string, opcode?: number): void;
}

/** Performs the handshake of RFC 6455 by hand. */
async function openWebSocket({ address, port }: DeviceAddress): Promise<Client> {
  const socket = connect(port, address);
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  const [received, codes]: [string[], number[]] = [[], []];
  let held = Buffer.alloc(0);
  let head = "";
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, chunk]);
    const end = held.indexOf("\r\n\r\n");
    if (head === "" && end >= 0) {
      head = held.toString("latin1", 0, end);
      held = held.subarray(end + 4);
    }
    while (head !== "" && held.length >= 2) {
      const short = (held[1] ?? 0) & 0x7f;
      const start = short === 126 ? 4 : 2;
      const end = start + (short === 126 ? held.readUInt16BE(2) : short);
      if (held.length < end) return;
      const opcode = (held[0] ?? 0) & 0x0f;
      if (opcode === 8) codes.push(held.readUInt16BE(start));
      else received.push(held.toString("utf8", start, end));
      held = held.subarray(end);
    }
  });
  socket.write(
    "GET /ws HTTP/1.1\r\nHost: node\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await until(() => head !== "" || socket.destroyed, "the handshake is answered");
  if (!head.includes("101")) throw new Error(`refused: ${head}`);
  expect(head).toContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  return { socket, received, codes, send: (text, opcode = 1) => void socket.write(masked(Buffer.from(text), opcode)) };
}

function masked(payload: Buffer, opcode: number): Buffer {
  const mask = randomBytes(4);
  const length = payload.length < 126 ? [0x80 | payload.length] : [0xfe, payload.length >> 8, payload.length & 0xff];
  return Buffer.concat([
    Buffer.of(0x80 | opcode, ...length),
    mask,
    payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0)),
  ]);
}

const frozen = () => bootFleet({ clock: new ManualClock() });

describe("/ws of a node", () => {
  it("fires what a client sends, confirms it, and shows it to the others but not to its sender", async () => {
    const fleet = await frozen();
    const { node, device } = nodeOf(fleet);
    const fired: string[] = [];
    node.onEvent((event) => fired.push(event));
    const [first, second] = [await openWebSocket(device), await openWebSocket(device)];
    first.send('{"event":"lamp","payload":{"on":true}}');
    await until(() => second.received.length === 1 && first.received.length === 1, "both are told");
    expect(JSON.parse(first.received[0] ?? "")).toEqual({ ok: true });
    expect(JSON.parse(second.received[0] ?? "")).toEqual({ event: "lamp", payload: '{"on":true}' });
    expect(fired).toEqual(["lamp"]);
  });

  it("sends cluster events out as datagrams", async () => {
    const fleet = await frozen();
    const { heard } = await listen(fleet.broadcast, fleet.udpPort);
    const client = await openWebSocket(nodeOf(fleet).device);
    client.send('{"event":"cluster/broadcast","payload":{"event":"lamp","data":{"on":true}}}');
    await until(() => heard.length === 1, "the datagram arrives");
    const { hostname } = nodeOf(fleet).node.board;
    expect(heard[0]?.text).toBe(`CLUSTER_EVENT:{"event":"lamp","data":{"on":true},"src":"${hostname}"}`);
  });

  it.each(["nonsense", "[]", "{}", '{"event":""}', '{"event":5}', '{"event":"cluster/broadcast","payload":"x"}'])(
    "says what is wrong with %s",
    async (text) => {
      const client = await openWebSocket(nodeOf(await frozen()).device);
      client.send(text);
      await until(() => client.received.length === 1, "an answer");
      expect(JSON.parse(client.received[0] ?? "")).toMatchObject({ ok: false, error: expect.any(String) });
    },
  );

  it("refuses binary frames, answers pings, and closes on frames that are too large", async () => {
    const client = await openWebSocket(nodeOf(await frozen()).device);
    client.send("x", 2);
    client.send("are you there", 9);
    client.send("x".repeat(1025));
    await until(() => client.codes.length === 1, "the close");
    expect(client.received).toEqual([expect.stringContaining('"ok":false'), "are you there"]);
    expect(client.codes).toEqual([1009]);
  });

  it("has room for two", async () => {
    const { device } = nodeOf(await frozen());
    await openWebSocket(device);
    await openWebSocket(device);
    await expect(openWebSocket(device)).rejects.toThrow("refused");
  });

  it("does not exist on upstream nodes of the first generations", async () => {
    const fleet = await bootFleet({ profile: "upstream-g2" });
    await expect(openWebSocket(nodeOf(fleet).device)).rejects.toThrow("404");
  });
});

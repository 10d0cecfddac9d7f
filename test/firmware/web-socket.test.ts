import { createHash, randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { type Board, board, describeBoards, udpPort } from "./board.ts";

const soon = { timeout: 5000, interval: 10 };

interface Client {
  readonly status: string;
  readonly head: string;
  readonly messages: unknown[];
  readonly closeCodes: number[];
  readonly socket: Socket;
  say(message: unknown): void;
  frame(opcode: number, payload: Buffer, options?: { final?: boolean; masked?: boolean }): void;
}

/** A WebSocket client by hand, because Node 20 has none, and to send what none would. */
async function open(node: Board, headers: Readonly<Record<string, string>> = {}): Promise<Client> {
  const socket = connect(node.port, node.address);
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {}); // ends of connections are what some tests are about
  await once(socket, "connect");
  const key = randomBytes(16).toString("base64");
  const fields = {
    Host: node.address,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": key,
  };
  const lines = Object.entries({ ...fields, ...headers }).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET /ws HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  const messages: unknown[] = [];
  const closeCodes: number[] = [];
  let received: Buffer = Buffer.alloc(0);
  let head = "";
  socket.on("data", (piece: Buffer) => {
    received = Buffer.concat([received, piece]);
    if (head === "") {
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      head = received.subarray(0, end).toString();
      received = received.subarray(end + 4);
    }
    received = takeFrames(received, messages, closeCodes);
  });
  await expect.poll(() => head, soon).not.toBe("");
  const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  if (head.startsWith("HTTP/1.1 101")) expect(head).toContain(`Sec-WebSocket-Accept: ${accept}`);
  const frame: Client["frame"] = (opcode, payload, { final = true, masked = true } = {}) => {
    socket.write(clientFrame(opcode, payload, final, masked));
  };
  return {
    status: head.slice(9, 12),
    head,
    messages,
    closeCodes,
    socket,
    frame,
    say: (message) => frame(1, Buffer.from(JSON.stringify(message))),
  };
}

function takeFrames(bytes: Buffer, messages: unknown[], closeCodes: number[]): Buffer {
  let rest = bytes;
  while (rest.length >= 2) {
    const short = (rest[1] ?? 0) & 0x7f;
    const at = short === 126 ? 4 : 2;
    if (rest.length < at) break;
    const length = short === 126 ? rest.readUInt16BE(2) : short;
    if (rest.length < at + length) break;
    const payload = rest.subarray(at, at + length);
    const opcode = (rest[0] ?? 0) & 15;
    if (opcode === 1) messages.push(JSON.parse(payload.toString()));
    if (opcode === 8) closeCodes.push(payload.length >= 2 ? payload.readUInt16BE(0) : 0);
    if (opcode === 10) messages.push({ pong: payload.toString() });
    rest = rest.subarray(at + length);
  }
  return rest;
}

function clientFrame(opcode: number, payload: Buffer, final: boolean, masked: boolean): Buffer {
  const mask = masked ? randomBytes(4) : Buffer.alloc(0);
  const length =
    payload.length < 126
      ? Buffer.from([payload.length])
      : Buffer.from([126, payload.length >> 8, payload.length & 255]);
  length[0] = (length[0] ?? 0) | (masked ? 0x80 : 0);
  const body = masked ? payload.map((byte, i) => byte ^ (mask[i % 4] ?? 0)) : payload;
  return Buffer.concat([Buffer.from([(final ? 0x80 : 0) | opcode]), length, mask, body]);
}

describeBoards("the node's WebSocket", () => {
  it("mirrors events to the other client, and not to the one it came from", async () => {
    await using node = await board();
    const [one, two] = [await open(node), await open(node)];
    one.say({ event: "api/color", payload: { color: "red" } });
    await expect.poll(() => two.messages, soon).toContainEqual({ event: "api/color", payload: '{"color":"red"}' });
    expect(one.messages).toContainEqual({ ok: true });
    expect(one.messages).not.toContainEqual(expect.objectContaining({ event: "api/color" }));
  });

  it("mirrors what comes over HTTP and UDP", async () => {
    await using node = await board();
    const client = await open(node);
    await node.post("/api/node/event", { event: "hello", payload: "world" });
    await expect.poll(() => client.messages, soon).toContainEqual({ event: "hello", payload: "world" });
    const socket = createSocket("udp4");
    onTestFinished(() => void socket.close());
    socket.send("RAW:FF0000", udpPort, node.address);
    socket.send('CLUSTER_EVENT:{"event":"from/afar","data":{"a":1}}', udpPort, node.address);
    await expect.poll(() => client.messages, soon).toContainEqual({ event: "udp/raw", payload: "FF0000" });
    await expect.poll(() => client.messages, soon).toContainEqual({ event: "from/afar", payload: '{"a":1}' });
  });

  it("sends a cluster event without the private key", async () => {
    await using node = await board();
    const socket = createSocket({ type: "udp4", reuseAddr: true });
    onTestFinished(() => void socket.close());
    socket.bind(udpPort, "127.255.255.255");
    await once(socket, "listening");
    const heard: string[] = [];
    socket.on("message", (bytes) => heard.push(bytes.toString()));
    (await open(node)).say({ event: "cluster/broadcast", payload: { event: "x", data: { y: 1 } } });
    await expect
      .poll(() => heard, soon)
      .toContain(`CLUSTER_EVENT:{"event":"x","data":{"y":1},"src":"${node.hostname}"}`);
  });

  it.each([
    ["no JSON", "hello"],
    ["an array", "[]"],
    ["no event", "{}"],
    ["an empty event", '{"event":""}'],
    ["an event of another type", '{"event":5}'],
  ])("says what is wrong with %s", async (_, text) => {
    await using node = await board();
    const client = await open(node);
    client.frame(1, Buffer.from(text));
    await expect.poll(() => client.messages, soon).toContainEqual({ ok: false, error: expect.any(String) });
  });

  it("takes a message in parts, with a ping between them", async () => {
    await using node = await board();
    const client = await open(node);
    client.frame(1, Buffer.from('{"event":"par'), { final: false });
    client.frame(9, Buffer.from("hi"));
    client.frame(0, Buffer.from('ts"}'));
    await expect.poll(() => client.messages, soon).toEqual(expect.arrayContaining([{ pong: "hi" }, { ok: true }]));
  });

  it.each<[string, number, (client: Client) => void]>([
    ["an unmasked frame", 1002, (client) => client.frame(1, Buffer.from("{}"), { masked: false })],
    ["a continuation of nothing", 1002, (client) => client.frame(0, Buffer.from("{}"))],
    ["a message of 1025 bytes", 1009, (client) => client.frame(1, Buffer.alloc(1025, 32))],
    ["text that is not UTF-8", 1007, (client) => client.frame(1, Buffer.from([0xc3, 0x28]))],
    ["a reserved opcode", 1002, (client) => client.frame(3, Buffer.from("{}"))],
    ["a long ping", 1002, (client) => client.frame(9, Buffer.alloc(126))],
    ["a goodbye", 1000, (client) => client.frame(8, Buffer.from([3, 232]))],
  ])("ends after %s with %i", async (_, code, act) => {
    await using node = await board();
    const client = await open(node);
    act(client);
    await expect.poll(() => client.closeCodes, soon).toEqual([code]);
    expect((await node.get("/api/node/status")).status).toBe(200);
  });

  it("has room for two clients", async () => {
    await using node = await board();
    const first = await open(node);
    await open(node);
    expect((await open(node)).status).toBe("503");
    first.socket.destroy();
    await expect.poll(async () => (await open(node)).status, soon).toBe("101");
  });

  it("refuses a page of another origin", async () => {
    await using node = await board();
    expect((await open(node, { Origin: "http://evil.example" })).status).toBe("403");
  });

  it("lives on while a client does not read", async () => {
    await using node = await board();
    const deaf = await open(node);
    deaf.socket.pause();
    for (let i = 0; i < 200; i++) await node.post("/api/node/event", { event: "noise", payload: "x".repeat(800) });
    expect((await node.get("/api/node/status")).status).toBe(200);
  });
});

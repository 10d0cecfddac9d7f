import { once } from "node:events";
import { connect } from "node:net";
import { expect, it } from "vitest";
import { ask, type Board, board, describeBoards } from "./board.ts";

/** Sends bytes as they are, and returns everything until the node closes. */
async function raw(node: Board, ...pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = connect(node.port, node.address);
  const answer: Buffer[] = [];
  socket.on("data", (piece: Buffer) => answer.push(piece));
  socket.on("error", () => {}); // a refused request may end in a reset; what arrived before counts
  await once(socket, "connect");
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await once(socket, "close");
  return Buffer.concat(answer).toString("latin1");
}

const own = (node: Board) => `Host: ${node.address}\r\n`;

describeBoards("the node's HTTP server", () => {
  it("takes a request byte by byte", async () => {
    await using node = await board();
    const request = `GET /api/node/status?brief=1 HTTP/1.1\r\n${own(node)}\r\n`;
    expect(await raw(node, ...request)).toMatch(/^HTTP\/1\.1 200 OK\r\n.*"version":"1\.0\.0"/s);
  });

  it.each([
    ["no request", "\r\n\r\n", 400],
    ["no version", "GET /\r\n\r\n", 400],
    ["another protocol", "GET / GOPHER/1\r\n\r\n", 400],
    ["HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
    ["an absolute target", "GET http://elsewhere/ HTTP/1.1\r\n{own}\r\n", 400],
    ["no Host", "GET /api/node/status HTTP/1.1\r\n\r\n", 400],
    ["two Hosts", "GET / HTTP/1.1\r\n{own}Host: b\r\n\r\n", 400],
    ["a folded field", "GET / HTTP/1.1\r\n{own} folded\r\n\r\n", 400],
    ["a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400],
    ["bare line feeds inside", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400],
    ["two lengths", "POST /api/node/config HTTP/1.1\r\n{own}Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400],
    ["a length that is none", "POST /api/node/config HTTP/1.1\r\n{own}Content-Length: -1\r\n\r\n", 400],
    [
      "length and chunks",
      "POST /api/node/config HTTP/1.1\r\n{own}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    ["chunks", "POST /api/node/config HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\n", 411],
    ["a large body", "POST /api/node/config HTTP/1.1\r\n{own}Content-Length: 1025\r\n\r\n", 413],
    ["a strange expectation", "GET / HTTP/1.1\r\n{own}Expect: nothing\r\n\r\n", 417],
    ["a long head", `GET /${"a".repeat(2000)} HTTP/1.1\r\n\r\n`, 431],
  ])("refuses %s", async (_, request, status) => {
    await using node = await board();
    expect(await raw(node, request.replace("{own}", own(node)))).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await node.get("/api/node/status")).status).toBe(200);
  });

  it.each([
    ["a foreign Host", { Host: "evil.example" }],
    ["a name that merely starts alike", { Host: "127.41.0.1.evil.example" }],
    ["a foreign Origin", { Origin: "http://evil.example" }],
    ["an opaque Origin", { Origin: "null" }],
    ["an Origin of another scheme", { Origin: "https://127.41.0.1" }],
  ])("refuses %s", async (_, headers) => {
    await using node = await board();
    for (const method of ["GET", "POST"]) {
      const answer = await ask(node.address, node.port, method, "/api/node/config", { headers });
      expect(answer).toMatchObject({ status: 403, body: { error: "forbidden" } });
    }
  });

  it("answers a page of its own", async () => {
    await using node = await board();
    const headers = { Origin: `http://${node.address}:${node.port}` };
    expect((await node.get("/api/node/status", headers)).status).toBe(200);
  });

  it("answers HTTP/1.0 without chunks", async () => {
    await using node = await board();
    const answer = await raw(node, "GET /api/node/status HTTP/1.0\r\n\r\n");
    expect(answer).not.toMatch(/chunked/i);
    expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n") + 4))).toHaveProperty("x.version", "1.0.0");
  });

  it("answers 503 when it has as many requests as it can hold, and serves again after", async () => {
    await using node = await board();
    const idle = await Promise.all(
      [1, 2, 3].map(async () => {
        const socket = connect(node.port, node.address);
        await once(socket, "connect");
        socket.write("GET / HTTP/1.1\r\n");
        return socket;
      }),
    );
    await expect
      .poll(() => node.get("/api/node/status?brief=1"))
      .toMatchObject({ status: 503, headers: { "retry-after": "2" }, text: '{"error":"low_memory"}' });
    for (const socket of idle) socket.destroy();
    await expect.poll(async () => (await node.get("/api/node/status")).status).toBe(200);
  });

  it("asks for the body of a client that waits to be asked", async () => {
    await using node = await board();
    const socket = connect(node.port, node.address);
    await once(socket, "connect");
    const body = "site=bench-9";
    const head = `POST /api/node/config HTTP/1.1\r\n${own(node)}Content-Type: application/x-www-form-urlencoded\r\n`;
    socket.write(`${head}Expect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`);
    const [asked] = await once(socket, "data");
    expect(String(asked)).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    socket.write(body);
    const [answer] = await once(socket, "data");
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    socket.destroy();
    expect((await node.get("/api/node/config")).body).toMatchObject({ site: "bench-9" });
  });

  it("serves on while another client says half a request and nothing more", async () => {
    await using node = await board();
    const silent = connect(node.port, node.address);
    await once(silent, "connect");
    silent.write("POST /api/node/config HTTP/1.1\r\nHost: x");
    expect((await node.get("/api/node/status")).status).toBe(200);
    silent.destroy();
  });

  it("answers 32 clients, one after the other as it finds room", async () => {
    await using node = await board();
    const answers = await Promise.all(Array.from({ length: 32 }, () => node.get("/api/node/status?brief=1")));
    expect(answers.every(({ status }) => status === 200 || status === 503)).toBe(true);
    expect(answers.some(({ status }) => status === 200)).toBe(true);
  });
});

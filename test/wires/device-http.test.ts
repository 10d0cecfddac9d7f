import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { systemClock } from "../../controller/base/clock.ts";
import { type DeviceRequest, type Exchange, exchange } from "../../controller/wires/device-http.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { httpAnswer, isWholeRequest, type RawServer, rawServer } from "../support/raw-server.ts";

const deadlines = { connectMs: 5_000, idleMs: 20_000, answerMs: 15_000, totalMs: 180_000 };
const never = new AbortController().signal;

function ask(server: RawServer, more: Partial<DeviceRequest> = {}, signal = never): Promise<Exchange> {
  const request = { address: "127.0.0.1", port: server.port, method: "GET", path: "/api/node/status", ...more };
  return exchange(request, deadlines, systemClock, signal);
}

/** Answers every whole request with `text` and closes. */
function answering(text: string): Promise<RawServer> {
  return rawServer((socket, soFar) => {
    if (isWholeRequest(soFar)) socket.end(text);
  });
}

/** Waits until `count` has grown and stands still. */
async function standstill(count: () => number): Promise<void> {
  let before = 0;
  const grew = () => {
    const now = count();
    const still = now > 0 && now === before;
    before = now;
    return still;
  };
  await expect.poll(grew, { interval: 100 }).toBe(true);
}

it("exchange sends headers spelled as given, the exact length, and nothing that a small server trips over", async () => {
  await using server = await answering(httpAnswer(200, "{}"));
  const body = [Buffer.from("labels="), Buffer.from("%7B%7D")];
  await ask(server, { method: "POST", path: "/api/node/config?merge=1", headers: { "X-CaSe": "kept" }, body });
  const [head, sent] = server.received[0]?.toString().split("\r\n\r\n") ?? [];
  expect(sent).toBe("labels=%7B%7D");
  expect(head?.split("\r\n")).toEqual([
    "POST /api/node/config?merge=1 HTTP/1.1",
    `Host: 127.0.0.1:${server.port}`,
    "Connection: close",
    "X-CaSe: kept",
    "Content-Length: 13",
  ]);
});

it("exchange opens a new connection for each request and closes it", async () => {
  await using server = await answering(httpAnswer(200, "{}").replace("Connection: close\r\n", ""));
  for (let n = 1; n <= 3; n++) {
    expect(await ask(server)).toMatchObject({ kind: "answered", status: 200 });
    expect(server.received).toHaveLength(n);
  }
  await expect.poll(() => server.open.size).toBe(0);
});

it.each([
  ["with a length", httpAnswer(200, "hello")],
  ["that ends with the connection", httpAnswer(200, "hello", "X-No: length")],
  ["in chunks", httpAnswer(200, "5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked")],
])("exchange reads an answer %s", async (_, text) => {
  await using server = await answering(text);
  const answer = await ask(server);
  expect(answer).toMatchObject({ kind: "answered", status: 200, sentWhole: true });
  expect(answer.kind === "answered" && Buffer.from(answer.body).toString()).toBe("hello");
});

it("exchange follows no redirect", async () => {
  await using server = await answering(httpAnswer(302, "", "Content-Length: 0\r\nLocation: http://127.0.0.1:1/"));
  expect(await ask(server)).toMatchObject({
    kind: "answered",
    status: 302,
    headers: { location: "http://127.0.0.1:1/" },
  });
});

it.each([
  ["half a body", httpAnswer(200, "{}", "Content-Length: 99"), "malformed"],
  ["a body without end", httpAnswer(200, "x".repeat(300_000)), "malformed"],
  ["headers without end", `HTTP/1.1 200 OK\r\nX-Long: ${"x".repeat(9_000)}\r\n\r\n`, "malformed"],
  ["another protocol", "SSH-2.0-dropbear\r\n", "malformed"],
  ["a change of protocol", "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "malformed"],
  ["nothing", "", "reset"],
])("exchange tells %s from an answer, and that everything had left", async (_, text, why) => {
  await using server = await answering(text);
  expect(await ask(server)).toMatchObject({ kind: "broken", why, lastByteLeft: true });
});

it("exchange tells where nobody listens", async () => {
  const gone = await answering("");
  await gone[Symbol.asyncDispose]();
  expect(await ask(gone)).toMatchObject({ kind: "broken", why: "unreachable", lastByteLeft: false });
});

it("exchange sends no header that would begin another line", async () => {
  const request = {
    address: "127.0.0.1",
    port: 1,
    method: "GET",
    path: "/",
    headers: { Authorization: "Bearer a\r\nX: y" },
  };
  await expect(exchange(request, deadlines, systemClock, never)).rejects.toThrow(
    expect.objectContaining({ code: "SPORE_BAD_REQUEST", message: expect.not.stringContaining("Bearer") }),
  );
});

it("exchange passes on what its caller throws while it reports", async () => {
  await using server = await answering(httpAnswer(200, "{}"));
  const onSent = () => {
    throw new RangeError("the caller's own");
  };
  await expect(ask(server, { method: "POST", body: [Buffer.alloc(10)], onSent })).rejects.toThrow("the caller's own");
});

it("exchange resolves no names", async () => {
  const request = { address: "localhost", port: 1, method: "GET", path: "/" };
  const result = await exchange(request, deadlines, systemClock, never);
  expect(result).toMatchObject({ kind: "broken", why: "unreachable", message: '"localhost" is not an IPv4 address.' });
});

it("exchange streams a large body and reports what the socket took", async () => {
  const body = [Buffer.from("before"), randomBytes(500_000), Buffer.from("after")];
  const sent: number[] = [];
  await using server = await answering(httpAnswer(200, "{}"));
  const result = await ask(server, { method: "POST", body, onSent: (bytes) => sent.push(bytes) });
  expect(result).toMatchObject({ kind: "answered", sentWhole: true });
  expect(server.received[0]?.subarray(-500_011)).toEqual(Buffer.concat(body));
  expect(sent.at(-1)).toBe(500_011);
  expect(sent).toEqual([...sent].sort((a, b) => a - b));
});

it.each([
  [[0, 5, 0]],
  [[1, 64 * 1024 - 1, 1]],
  [[100, 64 * 1024, 192 * 1024, 16 * 1024 - 1]],
  [[70_000, 3, 70_000, 0, 3]],
])("exchange sends a body in parts of %j bytes whole and in order", async (sizes) => {
  const body = sizes.map((size) => randomBytes(size));
  const whole = Buffer.concat(body);
  await using server = await answering(httpAnswer(200, "{}"));
  expect(await ask(server, { method: "POST", body })).toMatchObject({ kind: "answered", sentWhole: true });
  expect(server.received[0]?.subarray(-whole.length)).toEqual(whole);
});

it("exchange takes smaller steps once a device does not keep up, so that its progress can be watched", async () => {
  let asleep = true;
  await using server = await rawServer((socket, soFar) => {
    if (asleep) socket.pause();
    else if (isWholeRequest(soFar)) socket.end(httpAnswer(200, "{}"));
  });
  let sentBytes = 0;
  const steps: number[] = [];
  const onSent = (bytes: number) => {
    steps.push(bytes - sentBytes);
    sentBytes = bytes;
  };
  const result = ask(server, { method: "POST", body: [Buffer.alloc(16 * 1024 * 1024)], onSent });
  await standstill(() => sentBytes);
  asleep = false;
  for (const socket of server.open) socket.resume();
  expect(await result).toMatchObject({ kind: "answered", sentWhole: true });
  const allButTheRest = steps.slice(0, -1);
  expect(allButTheRest.some((step, index) => step < (steps[index - 1] ?? 0))).toBe(true);
});

it("exchange feels the back-pressure of a device that stops reading, and that its last byte never left", async () => {
  await using server = await rawServer((socket) => socket.pause());
  const stop = new AbortController();
  let sentBytes = 0;
  const body = [Buffer.alloc(64 * 1024 * 1024)];
  const onSent = (bytes: number) => {
    sentBytes = bytes;
  };
  const result = ask(server, { method: "POST", body, onSent }, stop.signal);
  await standstill(() => sentBytes);
  stop.abort();
  expect(await result).toMatchObject({ kind: "broken", why: "aborted", lastByteLeft: false });
  expect(sentBytes).toBeLessThan(16 * 1024 * 1024);
});

it("exchange takes an answer that comes before everything was sent", async () => {
  await using server = await rawServer((socket) => {
    if (socket.bytesWritten === 0) socket.write(httpAnswer(413, '{"error":"too_large"}'));
  });
  const result = await ask(server, { method: "POST", body: [Buffer.alloc(64 * 1024 * 1024)] });
  expect(result).toMatchObject({ kind: "answered", status: 413, sentWhole: false });
});

it("exchange stops waiting when it is told to, and closes the connection", async () => {
  await using server = await rawServer(() => {});
  const stop = new AbortController();
  const result = ask(server, {}, stop.signal);
  await expect.poll(() => server.received.length).toBe(1);
  stop.abort();
  expect(await result).toMatchObject({ kind: "broken", why: "aborted", lastByteLeft: true });
  await expect.poll(() => server.open.size).toBe(0);
});

it("exchange calls back what the device has not read when it is told to stop", async () => {
  let asleep = true;
  await using server = await rawServer((socket) => {
    if (asleep) socket.pause();
  });
  const stop = new AbortController();
  let sentBytes = 0;
  const onSent = (bytes: number) => {
    sentBytes = bytes;
  };
  const result = ask(server, { method: "POST", body: [Buffer.alloc(64 * 1024 * 1024)], onSent }, stop.signal);
  await standstill(() => sentBytes);
  stop.abort();
  await result;
  asleep = false;
  for (const socket of server.open) socket.resume();
  await expect.poll(() => server.open.size).toBe(0);
  // Closed in peace, everything would arrive that this machine's buffers had taken.
  expect(server.received[0]?.length).toBeLessThan(sentBytes);
});

it("exchange does not begin once it was told to stop", async () => {
  await using server = await answering(httpAnswer(200, "{}"));
  expect(await ask(server, {}, AbortSignal.abort())).toMatchObject({ why: "aborted", lastByteLeft: false });
  expect(server.received).toHaveLength(0);
});

it.each([
  ["an answer", 15_000, () => {}],
  ["the rest of an answer", 15_000, (text: string) => text.slice(0, -3)],
])("exchange waits for %s until its deadline and no longer", async (_, limitMs, part) => {
  const clock = new ManualClock();
  await using server = await rawServer((socket) => {
    const text = part(httpAnswer(200, '{"a":1}'));
    if (text !== undefined) socket.write(text);
  });
  const request = { address: "127.0.0.1", port: server.port, method: "GET", path: "/" };
  let result: Exchange | undefined;
  void exchange(request, deadlines, clock, never).then((exchanged) => {
    result = exchanged;
  });
  await expect.poll(() => server.received.length).toBe(1);
  await expect.poll(() => clock.nextTimerMs).toBe(limitMs);
  await clock.advance(limitMs - 1);
  expect(result).toBeUndefined();
  await clock.advance(1);
  expect(result).toMatchObject({ kind: "broken", why: "silent", lastByteLeft: true });
});

it("exchange gives up in time on a device that takes nothing more", async () => {
  const clock = new ManualClock();
  await using server = await rawServer((socket) => socket.pause());
  const request = {
    address: "127.0.0.1",
    port: server.port,
    method: "POST",
    path: "/",
    body: [Buffer.alloc(64 * 1024 * 1024)],
  };
  let result: Exchange | undefined;
  let sentBytes = 0;
  const onSent = (bytes: number) => {
    sentBytes = bytes;
  };
  void exchange({ ...request, onSent }, deadlines, clock, never).then((exchanged) => {
    result = exchanged;
  });
  await standstill(() => sentBytes);
  await clock.advance(20_000);
  expect(result).toMatchObject({ kind: "broken", why: "silent", lastByteLeft: false });
});

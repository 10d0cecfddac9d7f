import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ResponseReader, type ResponseState } from "../../controller/wires/http-response.ts";

const limits = { headMaxBytes: 8192, bodyMaxBytes: 1000 };

/** Feeds `text` in pieces of `size` bytes, then closes the connection where the response is not complete. */
function read(text: string, size = text.length): ResponseState {
  const reader = new ResponseReader(limits);
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += Math.max(1, size)) {
    const state = reader.push(bytes.subarray(at, at + Math.max(1, size)));
    if (state.kind !== "incomplete") return state;
  }
  return reader.end();
}

function bodyOf(state: ResponseState): string | undefined {
  return state.kind === "complete" ? Buffer.from(state.response.body).toString() : undefined;
}

const whole: readonly (readonly [string, string, string])[] = [
  ["with a length", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"],
  ["of length 0", "HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n", ""],
  ["without a reason", "HTTP/1.0 200\r\nContent-Length: 2\r\n\r\nok", "ok"],
  ["that ends with the connection", "HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello", "hello"],
  ["in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", "hello"],
  [
    "in chunks, with trailers",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nT: 1\r\n\r\n",
    "hello",
  ],
  ["behind an interim one", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"],
  ["that has no body by its status", "HTTP/1.1 204 No Content\r\n\r\n", ""],
];

describe("ResponseReader", () => {
  it.each(whole)("reads a response %s, however it is cut", (_, text, body) => {
    for (let size = 1; size <= text.length; size++) expect(bodyOf(read(text, size))).toBe(body);
  });

  it("gives headers by their name in lower case, and joins those that come twice", () => {
    const state = read("HTTP/1.1 503 Busy\r\nRetry-After:  2 \r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n");
    expect(state).toMatchObject({
      kind: "complete",
      response: { status: 503, headers: { "retry-after": "2", "x-a": "1, 2", "content-length": "0" } },
    });
  });

  it.each(["\n", "\v", "\0", "x"])("reads a header of blanks that ends in %j as fast as any other", (end) => {
    const head = `HTTP/1.1 200 OK\r\nA:${" ".repeat(8000)}${end}\r\nContent-Length: 0\r\n\r\n`;
    const tookMs = Array.from({ length: 10 }, () => {
      const startedMs = performance.now();
      read(head);
      return performance.now() - startedMs;
    });
    // Trying every way to share the blanks out takes 100 ms and more each time; a machine that is busy delays some of them.
    expect(Math.min(...tookMs)).toBeLessThan(20);
  });

  it("takes nothing of what follows the response", () => {
    expect(bodyOf(read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 No\r\n\r\n"))).toBe("ok");
  });

  it.each([
    ["is not HTTP", "SSH-2.0-dropbear\r\n"],
    ["is another version", "HTTP/2 200\r\n\r\n"],
    ["has a status that is no number", "HTTP/1.1 OK 200\r\n\r\n"],
    ["has a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"],
    ["has a header with a line end of its own", "HTTP/1.1 200 OK\r\nX: a\nb\r\nContent-Length: 0\r\n\r\n"],
    ["has a folded header", "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 0\r\n\r\n"],
    ["names two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc"],
    ["names a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"],
    [
      "names a length and chunks",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
    ["has an unknown encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"],
    ["changes the protocol", "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n"],
    [
      "says again and again that it goes on",
      `${"HTTP/1.1 103 Hints\r\n\r\n".repeat(9)}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`,
    ],
    ["announces too much", "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"],
    ["sends too much", `HTTP/1.1 200 OK\r\n\r\n${"x".repeat(1001)}`],
    ["announces a chunk that is too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n"],
    ["has a chunk without a length", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello\r\n"],
    ["has a chunk line without end", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${"1".repeat(300)}`],
    [
      "has a chunk that is longer than it says",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
    ],
    ["has trailers without end", `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${"a: b\r\n".repeat(300)}`],
    ["has a head without end", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(9000)}`],
    ["breaks off in the head", "HTTP/1.1 200 OK\r\nContent-Le"],
    ["breaks off in the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell"],
    ["breaks off in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"],
  ])("calls a response broken that %s", (_, text) => {
    expect(read(text).kind).toBe("broken");
    expect(read(text, 1).kind).toBe("broken");
  });

  it("answers any bytes, and the same however they are cut", () => {
    const line = fc.constantFrom(
      "HTTP/1.1 200 OK",
      "Content-Length: 3",
      "Transfer-Encoding: chunked",
      "",
      "3",
      "abc",
      "0",
      "X: y",
    );
    const text = fc.oneof(
      fc.array(line, { maxLength: 10 }).map((lines) => `HTTP/1.1 200 OK\r\n${lines.join("\r\n")}`),
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    );
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 20 }), (response, size) => {
        const cut = read(response, size);
        const atOnce = read(response);
        expect(cut.kind).toBe(atOnce.kind);
        expect(bodyOf(cut)).toBe(bodyOf(atOnce));
      }),
      { numRuns: 1000 },
    );
  });
});

import { writeFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ApiRequest } from "../../controller/api/transport.ts";
import { systemClock } from "../../controller/base/clock.ts";
import { type HttpsTransport, httpsTransport } from "../../controller/client/https-transport.ts";
import type { ClusterAccess } from "../../controller/client/kubeconfig.ts";
import { type Authority, type Certificate, newAuthority } from "../support/certificates.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { temporaryDirectory } from "../support/temporary-directory.ts";

const never = new AbortController().signal;
let authority: Authority;
let certificate: Certificate;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  authority = await newAuthority();
  certificate = await authority.serve(["127.0.0.1", "localhost"]);
});

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listen(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return port;
}

/** A server that answers as the test says, and a transport to it. */
async function serve(
  answer: http.RequestListener,
  access: Partial<ClusterAccess> = {},
  options: https.ServerOptions = {},
) {
  const server = https.createServer({ cert: certificate.certificate, key: certificate.key, ...options }, answer);
  const port = await listen(server);
  return { server, port, transport: connect({ server: `https://127.0.0.1:${port}`, ca: authority.ca, ...access }) };
}

function connect(access: Partial<ClusterAccess> & { server: string }, clock = systemClock) {
  const opened: HttpsTransport = httpsTransport({ namespace: "default", context: "test", ...access }, clock);
  closers.push(() => opened[Symbol.asyncDispose]());
  return opened.transport;
}

function get(parts: Partial<ApiRequest> = {}): ApiRequest {
  return { method: "GET", path: "/version", query: new URLSearchParams(), headers: {}, signal: never, ...parts };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("httpsTransport", () => {
  it("carries method, path, query, headers, body and token there, and the answer back", async () => {
    const { transport } = await serve(
      async (request, response) => {
        const body = await textOf(request);
        const { url, method, headers } = request;
        response.statusCode = 201;
        response.setHeader("warning", ['299 - "one"', '299 - "two"']);
        response.setHeader("x-test", "y");
        response.end(
          JSON.stringify({ url, method, body, token: headers.authorization, length: headers["content-length"] }),
        );
      },
      { token: "s3cret" },
    );
    const query = new URLSearchParams({ labelSelector: "a in (b,c)" });
    const response = await transport(get({ method: "POST", path: "/api/v1/x%20y", query, body: Buffer.from("hello") }));
    expect(response.status).toBe(201);
    expect(response.headers).toMatchObject({ warning: '299 - "one", 299 - "two"', "x-test": "y" });
    expect(JSON.parse(await textOf(response.body))).toEqual({
      url: "/api/v1/x%20y?labelSelector=a+in+%28b%2Cc%29",
      method: "POST",
      body: "hello",
      token: "Bearer s3cret",
      length: "5",
    });
  });

  it("streams a body that is made bit by bit", async () => {
    const { transport } = await serve(async (request, response) => void response.end(await textOf(request)));
    async function* parts() {
      yield Buffer.from("one ");
      yield Buffer.from("two");
    }
    const response = await transport(get({ method: "PUT", path: "/artifacts/sha256/x", body: parts() }));
    expect(await textOf(response.body)).toBe("one two");
  });

  it("uses a connection again", async () => {
    const ports = new Set<number | undefined>();
    const { transport } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    for (let i = 0; i < 5; i++) await textOf((await transport(get())).body);
    expect(ports.size).toBe(1);
  });

  it("asks once more when the server closed the idle connection, but repeats no write", async () => {
    let answered = 0;
    const { transport } = await serve((request, response) => {
      answered += 1;
      // Every second request on a connection finds it closed, as after the server's idle time.
      if (answered % 2 === 0) request.socket.destroy();
      else response.end("ok");
    });
    await textOf((await transport(get())).body);
    expect(await textOf((await transport(get())).body)).toBe("ok");
    expect(answered).toBe(3);
    await expect(transport(get({ method: "POST", body: Buffer.from("x") }))).rejects.toMatchObject({
      code: "SPORE_UNAVAILABLE",
    });
    expect(answered).toBe(4);
  });

  it("takes up a token that was replaced in its file, once the server refuses the old one", async () => {
    await using directory = await temporaryDirectory();
    const tokenFile = join(directory.path, "token");
    await writeFile(tokenFile, "old");
    let valid = "Bearer old";
    const asked: string[] = [];
    const { transport } = await serve(
      async (request, response) => {
        const { authorization = "" } = request.headers;
        asked.push(`${request.method} ${authorization} ${await textOf(request)}`.trim());
        response.writeHead(authorization === valid ? 200 : 401).end("answer");
      },
      { token: "old", tokenFile },
    );
    expect((await transport(get())).status).toBe(200);
    valid = "Bearer new";
    expect((await transport(get())).status).toBe(401); // nobody has replaced it yet
    await writeFile(tokenFile, "new\n");
    const write = await transport(get({ method: "POST", body: Buffer.from("x") }));
    expect([write.status, await textOf(write.body)]).toEqual([200, "answer"]);
    expect(asked).toEqual(["GET Bearer old", "GET Bearer old", "POST Bearer old x", "POST Bearer new x"]);
    valid = "none";
    const streamed = (async function* () {
      yield Buffer.from("once");
    })();
    await writeFile(tokenFile, "newer");
    expect((await transport(get({ method: "PUT", body: streamed }))).status).toBe(401); // it cannot be sent twice
  });

  it("shows who it is by a client certificate", async () => {
    const { certificate: clientCertificate, key: clientKey } = await authority.identify("alice");
    const { transport } = await serve(
      (request, response) => {
        const socket = request.socket as TLSSocket;
        response.end(`${socket.authorized} ${socket.getPeerCertificate().subject.CN}`);
      },
      { clientCertificate, clientKey },
      { requestCert: true, rejectUnauthorized: true, ca: authority.ca },
    );
    expect(await textOf((await transport(get())).body)).toBe("true alice");
  });

  it("sends no token in the clear", async () => {
    const server = http.createServer((request, response) => response.end(String(request.headers.authorization)));
    const port = await listen(server);
    const transport = connect({ server: `http://127.0.0.1:${port}`, token: "s3cret" });
    expect(await textOf((await transport(get())).body)).toBe("undefined");
  });

  it("ends a streaming answer when the signal aborts, and closes the connection", async () => {
    const abort = new AbortController();
    let closed = () => {};
    const isClosed = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const { transport } = await serve((_request, response) => {
      response.on("close", closed);
      response.write("first\n");
    });
    const { body } = await transport(get({ signal: abort.signal }));
    const chunks = body[Symbol.asyncIterator]();
    expect(String((await chunks.next()).value)).toBe("first\n");
    const next = chunks.next();
    abort.abort("stop");
    await expect(next).rejects.toBe("stop");
    await isClosed;
    await expect(transport(get({ signal: abort.signal }))).rejects.toBe("stop");
  });
});

describe("httpsTransport says why a server cannot be reached", () => {
  const problem = (transport: ReturnType<typeof connect>) =>
    transport(get()).then(
      () => undefined,
      (error) => ({ code: error.code, message: error.message, hint: error.details?.hint }),
    );

  it("nobody listens", async () => {
    const server = createServer();
    const port = await listen(server);
    await closers.pop()?.();
    expect(await problem(connect({ server: `https://127.0.0.1:${port}`, ca: authority.ca }))).toEqual({
      code: "SPORE_UNAVAILABLE",
      message: `cannot reach the API server at https://127.0.0.1:${port}: the connection was refused`,
      hint: expect.stringContaining("Start spored"),
    });
  });

  it("its certificate comes from another authority, is for other names, or is old", async () => {
    const stranger = await newAuthority();
    const { transport: distrusting } = await serve(() => {}, { ca: stranger.ca });
    expect(await problem(distrusting)).toMatchObject({ message: expect.stringContaining("is not trusted") });
    const other = await authority.serve(["spore.example"]);
    const { transport: misnamed } = await serve(() => {}, {}, { cert: other.certificate, key: other.key });
    expect(await problem(misnamed)).toMatchObject({ message: expect.stringContaining("is for other names") });
    const past = await authority.serve(["127.0.0.1"], new Date("2021-01-01T00:00:00Z"));
    const { transport: late } = await serve(() => {}, {}, { cert: past.certificate, key: past.key });
    expect(await problem(late)).toMatchObject({ message: expect.stringContaining("has expired") });
  });

  it("and accepts such a certificate where the kubeconfig says how", async () => {
    const other = await authority.serve(["spore.example"]);
    const named = { cert: other.certificate, key: other.key };
    const answer: http.RequestListener = (_request, response) => void response.end("ok");
    const { transport } = await serve(answer, { tlsServerName: "spore.example" }, named);
    expect((await transport(get())).status).toBe(200);
    const { transport: careless } = await serve(answer, { insecureSkipTlsVerify: true }, named);
    expect((await careless(get())).status).toBe(200);
  });

  it("it speaks something else", async () => {
    const plain = http.createServer((_request, response) => response.end("hello"));
    const port = await listen(plain);
    const secure = connect({ server: `https://127.0.0.1:${port}`, ca: authority.ca });
    expect(await problem(secure)).toMatchObject({ message: expect.stringContaining("does not speak TLS") });
    const babble = createServer((socket) => void socket.end("SSH-2.0-OpenSSH_9.2\r\n"));
    const other = await listen(babble);
    expect(await problem(connect({ server: `http://127.0.0.1:${other}` }))).toMatchObject({
      message: expect.stringContaining("does not speak HTTP"),
    });
  });

  it("the connection breaks before or within the answer", async () => {
    const { transport } = await serve((request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => request.socket.destroy());
    });
    const { body } = await transport(get());
    await expect(textOf(body)).rejects.toMatchObject({ code: "SPORE_UNAVAILABLE" });
    const { transport: worse } = await serve((request) => void request.socket.destroy());
    expect(await problem(worse)).toMatchObject({ message: expect.stringContaining("the connection broke") });
  });

  it("it takes the connection and says nothing", async () => {
    const mute = createServer(() => {});
    const port = await listen(mute);
    const clock = new ManualClock();
    const waiting = problem(connect({ server: `https://127.0.0.1:${port}`, ca: authority.ca }, clock));
    await clock.advance(10_000);
    expect(await waiting).toMatchObject({
      code: "SPORE_UNAVAILABLE",
      message: expect.stringContaining("longer than 10 s"),
    });
  });
});

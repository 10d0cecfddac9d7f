import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { TLSSocket } from "node:tls";
import type { ApiRequest, ApiResponse, Method } from "../api/transport.ts";
import type { Clock } from "../base/clock.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import type { ApiServer } from "./api-server.ts";
import type { Authenticator } from "./authn/authenticator.ts";
import type { CredentialWatch } from "./authn/credential-watch.ts";
import { readImpersonation } from "./authn/impersonation.ts";
import { compressLong } from "./compress.ts";
import { errorReply } from "./reply.ts";

/** One request and its answer as Node.js hands them over; HTTP/1.1 and HTTP/2 look the same here. */
export interface HttpExchange {
  readonly incoming: IncomingMessage | Http2ServerRequest;
  readonly outgoing: ServerResponse | Http2ServerResponse;
}

export interface ExchangeParts {
  readonly server: ApiServer;
  readonly authenticator: Authenticator;
  readonly credentials: CredentialWatch;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A client that takes nothing for this long is cut off; it would hold a watch's queue for ever. */
const stallMaxMs = 30_000;
/** Nor may anybody take an answer that has an end drop by drop for longer than this. */
const sendMaxMs = 600_000;
/** How long a client may go on sending a body after it has its answer. */
const leftoverMaxMs = 10_000;

/** Answers one HTTP request. Never rejects. */
export async function serveExchange(exchange: HttpExchange, parts: ExchangeParts): Promise<void> {
  const { incoming, outgoing } = exchange;
  const gone = new AbortController();
  let isAnswered = false;
  const leave = (how: string) => {
    if (!isAnswered) gone.abort(new SporeError("SPORE_TIMEOUT", how));
  };
  // On HTTP/1.1 the request's own close event comes when its body was read; only the answer's tells that the client left.
  outgoing.on("close", () => leave("the client closed the connection"));
  outgoing.on("error", () => leave("the connection to the client broke"));
  incoming.on("error", () => {}); // arrives as an error of the body, where somebody reads it
  try {
    const response = await answer(incoming, parts, gone);
    await send(exchange, response, parts.clock, gone.signal);
    isAnswered = response.isLive !== true; // what goes with a watch goes when its signal says so
    if (!incoming.readableEnded) await outlast(exchange, parts.clock);
  } catch (error) {
    if (!gone.signal.aborted) parts.log.error({ err: error, path: pathOf(incoming.url) }, "an answer broke off");
    outgoing.destroy();
  }
}

async function answer(
  incoming: HttpExchange["incoming"],
  parts: ExchangeParts,
  gone: AbortController,
): Promise<ApiResponse> {
  const { signal } = gone;
  try {
    const headers = singleHeaders(incoming.headers);
    const { authorization } = headers;
    const presented = { authorization, certificate: certificateOf(incoming), rawHeaders: incoming.rawHeaders };
    const user = await parts.authenticator.authenticate(presented, signal);
    const impersonation = readImpersonation(incoming.rawHeaders);
    const response = await parts.server.handle(toApiRequest(incoming, headers, signal), user, impersonation);
    if (response.isLive) parts.credentials.add(presented, user, gone);
    return await compressLong(response, headers["accept-encoding"]);
  } catch (error) {
    if (isSporeError(error)) return errorReply(error);
    throw error;
  }
}

/** The client's certificate, DER; the same for all requests of a connection. */
function certificateOf(incoming: HttpExchange["incoming"]): Uint8Array | undefined {
  const socket = "stream" in incoming ? incoming.stream.session?.socket : incoming.socket;
  if (!(socket instanceof TLSSocket)) return undefined;
  if (certificates.has(socket)) return certificates.get(socket);
  const certificate = socket.getPeerX509Certificate()?.raw;
  certificates.set(socket, certificate);
  return certificate;
}

/** By connection: it takes a while to find out, also that there is none. */
const certificates = new WeakMap<TLSSocket, Uint8Array | undefined>();

const methods: readonly string[] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/** @throws SporeError `SPORE_METHOD_NOT_ALLOWED`, `SPORE_BAD_REQUEST`. */
function toApiRequest(
  incoming: HttpExchange["incoming"],
  headers: ApiRequest["headers"],
  signal: AbortSignal,
): ApiRequest {
  // HEAD is GET whose body is not sent.
  const method = incoming.method === "HEAD" ? "GET" : incoming.method;
  if (!isMethod(method)) {
    throw new SporeError(
      "SPORE_METHOD_NOT_ALLOWED",
      `the method ${method} is not supported; known are ${methods.join(", ")}`,
    );
  }
  const url = incoming.url ?? "/";
  const mark = url.indexOf("?");
  return {
    method,
    path: pathOf(url),
    query: new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1)),
    headers,
    ...(method === "GET" ? {} : { body: incoming }),
    signal,
  };
}

function isMethod(method: string | undefined): method is Method {
  return method !== undefined && methods.includes(method);
}

function pathOf(url: string | undefined): string {
  return (url ?? "/").split("?", 1)[0] ?? "/";
}

/** Headers that came more than once as one, joined as RFC 9110 says; HTTP/2's pseudo headers are left out. */
function singleHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const single: [string, string][] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(":")) continue;
    single.push([name, Array.isArray(value) ? value.join(", ") : value]);
  }
  return Object.fromEntries(single);
}

async function send(
  { incoming, outgoing }: HttpExchange,
  response: ApiResponse,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const out: Sink = outgoing;
  const endsBefore = response.isLive ? Number.POSITIVE_INFINITY : clock.monotonic() + sendMaxMs;
  out.writeHead(response.status, response.headers);
  if (response.isLive) out.flushHeaders?.(); // it may have nothing to say for a long time
  // Of an answer that has an end the last piece goes out together with it, and a short one together with its head: one packet, one system call.
  let held: Uint8Array | undefined;
  if (incoming.method !== "HEAD") {
    for await (const chunk of response.body) {
      if (signal.aborted) break;
      if (clock.monotonic() > endsBefore) {
        throw new SporeError("SPORE_TIMEOUT", `the client took longer than ${sendMaxMs / 1000} s for an answer`);
      }
      const due = response.isLive ? chunk : held;
      if (!response.isLive) held = chunk;
      if (due !== undefined && !out.write(due)) await drained(out, clock, signal);
    }
  }
  if (held === undefined) out.end();
  else out.end(held);
}

/** Whoever still sends a body gets rid of it. HTTP/2 clients otherwise wait for leave to send on, although they have their answer. */
async function outlast({ incoming, outgoing }: HttpExchange, clock: Clock): Promise<void> {
  incoming.resume();
  if (incoming.closed) return;
  await new Promise<void>((resolve) => {
    const late = clock.after(leftoverMaxMs, () => {
      outgoing.destroy();
      incoming.destroy();
      resolve();
    });
    const over = () => {
      late.cancel();
      resolve();
    };
    incoming.once("end", over);
    incoming.once("close", over);
    outgoing.once("close", over);
  });
}

/** What the two kinds of answer have in common, with types that agree. */
interface Sink {
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  /** HTTP/2 sends headers when they are written. */
  flushHeaders?(): void;
  write(chunk: Uint8Array): boolean;
  once(event: "drain", listener: () => void): unknown;
  removeListener(event: "drain", listener: () => void): unknown;
  end(): unknown;
  end(last: Uint8Array): unknown;
}

/** Resolves when the client has taken what was sent, or is gone; rejects when it takes nothing for too long. */
function drained(out: Sink, clock: Clock, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      timer.cancel();
      out.removeListener("drain", onDrain);
      signal.removeEventListener("abort", onDrain);
      settle();
    };
    const onDrain = () => finish(resolve);
    const timer = clock.after(stallMaxMs, () => {
      finish(() => reject(new SporeError("SPORE_TIMEOUT", `the client took nothing for ${stallMaxMs / 1000} s`)));
    });
    out.once("drain", onDrain);
    if (signal.aborted) onDrain();
    else signal.addEventListener("abort", onDrain, { once: true });
  });
}

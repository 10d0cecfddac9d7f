import type { Status } from "../api/status.ts";
import type { ApiEvent, ApiResponse } from "../api/transport.ts";
import { deepFreeze } from "../base/deep-freeze.ts";
import { type ErrorDetails, errorCodes, type SporeError } from "../base/errors.ts";
import type { JsonObject } from "../base/json.ts";

const encoder = new TextEncoder();

/** The longest warning, and how many one answer carries; as in kube-apiserver. */
const warningMaxCharacters = 256;
const warningsMax = 16;

/** An answer whose body is `text`, which is JSON already. */
export function jsonReply(status: number, text: string, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return bytesReply(status, encoder.encode(text), { "content-type": "application/json", ...headers });
}

export function textReply(status: number, text: string, contentType = "text/plain; charset=utf-8"): ApiResponse {
  return bytesReply(status, encoder.encode(text), { "content-type": contentType });
}

export function bytesReply(status: number, body: Uint8Array, headers: Readonly<Record<string, string>>): ApiResponse {
  return { status, headers: { ...headers, "content-length": String(body.byteLength) }, body: once(body) };
}

/** An answer whose body comes bit by bit. */
export function streamReply(
  status: number,
  body: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): ApiResponse {
  return { status, headers, body };
}

/** An answer that goes on for as long as something happens. */
export function liveReply(body: AsyncIterable<Uint8Array>, headers: Readonly<Record<string, string>>): ApiResponse {
  return { status: 200, headers, body, isLive: true };
}

/** The answer to a direct request, whose body would spell `object`. */
export function directReply(status: number, object: JsonObject): ApiResponse {
  return { status, headers: {}, body: nothing(), direct: { kind: "object", object: deepFreeze(object) } };
}

/** The same for a watch. */
export function directEvents(status: number, events: AsyncIterable<ApiEvent>): ApiResponse {
  return { status, headers: {}, body: nothing(), direct: { kind: "events", events } };
}

/** What a Kubernetes client is told about an error. `continueToken` goes with the end of a list that came too late. */
export function statusOf(error: SporeError, continueToken?: string): Status {
  const { http, reason } = errorCodes[error.code];
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: continueToken === undefined ? {} : { continue: continueToken },
    status: "Failure",
    message: error.details.hint === undefined ? error.message : `${error.message} (${error.details.hint})`,
    reason,
    details: detailsOf(error.details),
    code: http,
  };
}

function detailsOf({ hint: _, ...details }: ErrorDetails): NonNullable<Status["details"]> {
  return details;
}

/** The answer that carries an error. */
export function errorReply(error: SporeError, continueToken?: string): ApiResponse {
  const { retryAfterSeconds } = error.details;
  const headers = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return jsonReply(errorCodes[error.code].http, JSON.stringify(statusOf(error, continueToken)), headers);
}

/** The value of a `Warning` header (RFC 7234, code 299) that carries all `texts`; undefined when there are none. */
export function warningHeader(texts: readonly string[]): string | undefined {
  if (texts.length === 0) return undefined;
  return texts
    .slice(0, warningsMax)
    .map((text) => `299 - "${printable(text).replaceAll(/["\\]/g, "\\$&")}"`)
    .join(", ");
}

/** A header may hold neither line ends nor characters beyond Latin-1. */
function printable(text: string): string {
  const cut = text.length > warningMaxCharacters ? `${text.slice(0, warningMaxCharacters)}...` : text;
  return cut.replaceAll(/[^\x20-\x7e]/g, "?");
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** A generator would do the same in more turns, for every small answer. */
function once(body: Uint8Array): AsyncIterable<Uint8Array> {
  const end = { done: true, value: undefined } as const;
  return {
    [Symbol.asyncIterator]() {
      let isTaken = body.byteLength === 0;
      return {
        async next() {
          if (isTaken) return end;
          isTaken = true;
          return { done: false, value: body };
        },
      };
    },
  };
}

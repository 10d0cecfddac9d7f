import type { Status } from "../api/status.ts";
import type { ApiResponse } from "../api/transport.ts";
import { type ErrorCode, type ErrorDetails, errorCodes, SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonValue } from "../base/json.ts";

/** How much of an answer that is no `Status` is shown. */
const excerptMaxCharacters = 200;

/** Kubernetes says both; they ask for the same. */
const synonyms: Readonly<Record<string, ErrorCode>> = { Gone: "SPORE_EXPIRED", ServerTimeout: "SPORE_TIMEOUT" };

/** For answers without a reason that we know. */
const codesByHttp: Readonly<Record<number, ErrorCode>> = {
  401: "SPORE_UNAUTHORIZED",
  403: "SPORE_FORBIDDEN",
  404: "SPORE_NOT_FOUND",
  405: "SPORE_METHOD_NOT_ALLOWED",
  406: "SPORE_NOT_ACCEPTABLE",
  409: "SPORE_CONFLICT",
  410: "SPORE_EXPIRED",
  413: "SPORE_TOO_LARGE",
  415: "SPORE_UNSUPPORTED_MEDIA_TYPE",
  422: "SPORE_INVALID",
  429: "SPORE_TOO_MANY_REQUESTS",
  500: "SPORE_INTERNAL",
  504: "SPORE_TIMEOUT",
};

const codesByReason: ReadonlyMap<string, ErrorCode> = new Map(
  Object.keys(errorCodes)
    .filter((code): code is ErrorCode => code in errorCodes)
    .map((code) => [errorCodes[code].reason, code]),
);

/** The error that a `Status` describes. `retryAfterSeconds` is what the `Retry-After` header says, where it is there. */
export function statusError(status: Status, retryAfterSeconds?: number): SporeError {
  const { name, group, kind, uid, causes } = status.details ?? {};
  const seconds = status.details?.retryAfterSeconds ?? retryAfterSeconds;
  const details: ErrorDetails = {
    ...(name !== undefined && { name }),
    ...(group !== undefined && { group }),
    ...(kind !== undefined && { kind }),
    ...(uid !== undefined && { uid }),
    ...(causes !== undefined && { causes }),
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  };
  return new SporeError(
    codeOf(status.reason, status.code ?? 500),
    status.message ?? "the server gave no message",
    details,
  );
}

/** The error that an answer with an HTTP status of 400 or above describes. */
export function responseError(response: ApiResponse, body: string, asked: string): SporeError {
  const seconds = Number(response.headers["retry-after"] ?? "x");
  const retryAfterSeconds = Number.isFinite(seconds) ? seconds : undefined;
  const status = parseStatus(body);
  if (status) return statusError({ ...status, code: response.status }, retryAfterSeconds);
  const excerpt = body.slice(0, excerptMaxCharacters).trim();
  const details: ErrorDetails = {
    hint: "Check that the server's address is that of a Kubernetes API.",
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
  return new SporeError(
    codeOf(undefined, response.status),
    `the server answered ${asked} with HTTP ${response.status}${excerpt === "" ? "" : `: ${excerpt}`}`,
    details,
  );
}

/** Whether parsed JSON is a `Status`. */
export function isStatus(value: unknown): value is Status {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "Status";
}

function parseStatus(body: string): Status | undefined {
  try {
    const parsed: JsonValue = JSON.parse(body);
    return isJsonObject(parsed) && isStatus(parsed) ? parsed : undefined;
  } catch {
    return undefined; // a proxy's page, or nothing
  }
}

function codeOf(reason: string | undefined, http: number): ErrorCode {
  const byReason = reason === undefined ? undefined : (codesByReason.get(reason) ?? synonyms[reason]);
  return byReason ?? codesByHttp[http] ?? (http >= 500 ? "SPORE_UNAVAILABLE" : "SPORE_BAD_REQUEST");
}

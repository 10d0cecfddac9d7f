/**
 * Every error that SPORE raises on purpose, in one table.
 *
 * `http` and `reason` are what a Kubernetes client sees in a `Status`; `retry` says whether doing the
 * same again later can help. Callers and tests look at the code, never at the message.
 */
export const errorCodes = {
  // Requests, as Kubernetes names them.
  SPORE_BAD_REQUEST: { http: 400, reason: "BadRequest", retry: false },
  SPORE_UNAUTHORIZED: { http: 401, reason: "Unauthorized", retry: false },
  SPORE_FORBIDDEN: { http: 403, reason: "Forbidden", retry: false },
  SPORE_NOT_FOUND: { http: 404, reason: "NotFound", retry: false },
  SPORE_METHOD_NOT_ALLOWED: { http: 405, reason: "MethodNotAllowed", retry: false },
  SPORE_NOT_ACCEPTABLE: { http: 406, reason: "NotAcceptable", retry: false },
  SPORE_ALREADY_EXISTS: { http: 409, reason: "AlreadyExists", retry: false },
  SPORE_CONFLICT: { http: 409, reason: "Conflict", retry: true },
  SPORE_EXPIRED: { http: 410, reason: "Expired", retry: true },
  SPORE_TOO_LARGE: { http: 413, reason: "RequestEntityTooLarge", retry: false },
  SPORE_UNSUPPORTED_MEDIA_TYPE: { http: 415, reason: "UnsupportedMediaType", retry: false },
  SPORE_INVALID: { http: 422, reason: "Invalid", retry: false },
  SPORE_TOO_MANY_REQUESTS: { http: 429, reason: "TooManyRequests", retry: true },
  SPORE_INTERNAL: { http: 500, reason: "InternalError", retry: false },
  SPORE_UNAVAILABLE: { http: 503, reason: "ServiceUnavailable", retry: true },
  SPORE_TIMEOUT: { http: 504, reason: "Timeout", retry: true },
  // The store and the data directory.
  SPORE_DATA_DIR_LOCKED: { http: 500, reason: "DataDirLocked", retry: false },
  SPORE_DATA_DIR_UNUSABLE: { http: 500, reason: "DataDirUnusable", retry: false },
  SPORE_STORE_CORRUPT: { http: 500, reason: "StoreCorrupt", retry: false },
  // Devices and images.
  SPORE_DEVICE_UNREACHABLE: { http: 503, reason: "DeviceUnreachable", retry: true },
  SPORE_DEVICE_PROTOCOL: { http: 502, reason: "DeviceProtocol", retry: true },
  SPORE_IMAGE_INVALID: { http: 422, reason: "InvalidImage", retry: false },
  SPORE_IMAGE_MISSING: { http: 404, reason: "ImageMissing", retry: true },
  // Files, flags and the machine.
  SPORE_GIT_FAILED: { http: 502, reason: "GitFailed", retry: true },
  SPORE_GIT_MISSING: { http: 500, reason: "GitMissing", retry: true },
  SPORE_MANIFEST_INVALID: { http: 422, reason: "ManifestInvalid", retry: false },
  SPORE_PRUNE_REFUSED: { http: 422, reason: "PruneRefused", retry: false },
  SPORE_USAGE: { http: 400, reason: "Usage", retry: false },
  SPORE_PORT_TAKEN: { http: 500, reason: "PortTaken", retry: false },
  SPORE_COMPILER_MISSING: { http: 500, reason: "CompilerMissing", retry: false },
  SPORE_BUILD_FAILED: { http: 500, reason: "BuildFailed", retry: false },
} as const satisfies Record<string, ErrorRow>;

interface ErrorRow {
  readonly http: number;
  readonly reason: string;
  readonly retry: boolean;
}

/** One of the codes of the catalogue. */
export type ErrorCode = keyof typeof errorCodes;

/** One thing that is wrong, as in `Status.details.causes[]`. */
export interface Cause {
  /** `FieldValueRequired`, `FieldValueInvalid` and so on, or a reason of our own. */
  readonly reason: string;
  /** What is wrong, without the field's name. */
  readonly message: string;
  /** Path of the field, such as `spec.artifacts[0].size`. */
  readonly field?: string;
}

/** Facts about an error that programs read. */
export interface ErrorDetails {
  readonly name?: string;
  readonly group?: string;
  /** The plural resource; the Kind where the code is `SPORE_INVALID`, as in Kubernetes. */
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
}

/** The only error class that SPORE throws. */
export class SporeError extends Error {
  override readonly name = "SporeError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  /**
   * @param message a whole sentence for the user: what is wrong, where, and the value received.
   * @param options `cause` is the error underneath, kept for the log.
   */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** Whether `error` is a SporeError, of the given code when one is named. */
export function isSporeError(error: unknown, code?: ErrorCode): error is SporeError {
  return error instanceof SporeError && (code === undefined || error.code === code);
}

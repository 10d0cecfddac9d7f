import { type Clock, sleep } from "../../base/clock.ts";
import { SporeError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json.ts";
import { type Deadlines, type DeviceRequest, type Exchange, exchange } from "../../wires/device-http.ts";
import type { Target } from "../driver.ts";
import { readBody } from "./json-body.ts";

/** What a node answered to a read. `body` is absent where it is no JSON. */
export interface ReadAnswer {
  readonly status: number;
  readonly body?: JsonValue;
}

const readDeadlines: Deadlines = { connectMs: 5_000, idleMs: 5_000, answerMs: 10_000, totalMs: 20_000 };
const retryAfterMaxMs = 5_000;

/** `192.168.1.20:80`. */
export function endpointOf({ address, port }: Target): string {
  return `${address}:${port}`;
}

/** A request to `target`, with its token where it has one. */
export function requestTo(
  { address, port, token }: Target,
  request: Omit<DeviceRequest, "address" | "port">,
): DeviceRequest {
  if (token === undefined) return { ...request, address, port };
  return { ...request, address, port, headers: { Authorization: `Bearer ${token}`, ...request.headers } };
}

/** Reads JSON from nodes. */
export class NodeHttp {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * GETs `path`. Tried once more when the answer was cut short, as small nodes do when memory runs out, or when the node asks to come
   * back in a moment.
   *
   * @param answered told after each try whether the node answered at all.
   * @throws SporeError `SPORE_DEVICE_UNREACHABLE`, `SPORE_DEVICE_PROTOCOL`; the signal's reason when it aborts.
   */
  async get(
    target: Target,
    path: string,
    answered: (reached: boolean) => void,
    signal: AbortSignal,
  ): Promise<ReadAnswer> {
    const first = await this.#try(target, path, answered, signal);
    if (first.kind === "answer") return first.answer;
    await sleep(this.#clock, first.retryAfterMs, signal);
    const second = await this.#try(target, path, answered, signal);
    if (second.kind === "answer") return second.answer;
    throw second.error;
  }

  async #try(
    target: Target,
    path: string,
    answered: (reached: boolean) => void,
    signal: AbortSignal,
  ): Promise<ReadAttempt> {
    const result = await exchange(requestTo(target, { method: "GET", path }), readDeadlines, this.#clock, signal);
    if (result.kind === "broken" && result.why === "aborted") throw signal.reason;
    answered(result.kind === "answered" || result.why === "malformed");
    const where = `GET ${path} at ${endpointOf(target)}`;
    if (result.kind === "broken") return retryOrThrow(result, where);
    const body = readBody(result.body);
    if (result.status === 503) return comeBack(result, where);
    if (body.kind === "broken")
      return { kind: "again", retryAfterMs: 0, error: protocolError(`${where}: the answer is half a JSON text.`) };
    return { kind: "answer", answer: { status: result.status, ...(body.kind === "json" && { body: body.value }) } };
  }
}

type ReadAttempt =
  | { readonly kind: "answer"; readonly answer: ReadAnswer }
  | { readonly kind: "again"; readonly retryAfterMs: number; readonly error: SporeError };

function retryOrThrow(broken: Extract<Exchange, { readonly kind: "broken" }>, where: string): ReadAttempt {
  const message = `${where}: ${broken.message}`;
  if (broken.why === "malformed") return { kind: "again", retryAfterMs: 0, error: protocolError(message) };
  throw new SporeError("SPORE_DEVICE_UNREACHABLE", message);
}

function comeBack({ headers }: Extract<Exchange, { readonly kind: "answered" }>, where: string): ReadAttempt {
  const seconds = Number(headers["retry-after"] ?? 0);
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, retryAfterMaxMs) : 0;
  const error = new SporeError("SPORE_UNAVAILABLE", `${where}: the node is short of memory or busy (503).`);
  return { kind: "again", retryAfterMs, error };
}

/** `SPORE_DEVICE_PROTOCOL`. */
export function protocolError(message: string): SporeError {
  return new SporeError("SPORE_DEVICE_PROTOCOL", message);
}

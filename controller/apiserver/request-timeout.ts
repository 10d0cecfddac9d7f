import { SporeError } from "../base/errors.ts";
import { parseGoDuration } from "../base/go-duration.ts";

/** Requests other than watches end after this time, as in kube-apiserver. */
const requestTimeoutMs = 60_000;

/**
 * How long a request may take: what its query asks for with `timeout`, at most a minute.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` when that is no duration.
 */
export function readRequestTimeout(query: URLSearchParams): number {
  const text = query.get("timeout") ?? "";
  if (text === "") return requestTimeoutMs;
  const askedMs = parseGoDuration(text);
  if (askedMs === undefined) {
    const problem = `time: invalid duration ${JSON.stringify(text)}`;
    throw new SporeError("SPORE_BAD_REQUEST", `invalid timeout specified in the request URL - ${problem}`);
  }
  return askedMs === 0 ? requestTimeoutMs : Math.min(askedMs, requestTimeoutMs);
}

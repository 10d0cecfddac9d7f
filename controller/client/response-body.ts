import { untilAborted } from "../base/deadline.ts";
import { SporeError } from "../base/errors.ts";

/**
 * The chunks of a body, or the events of a watch, until they end or `signal` aborts, whatever they themselves do about the signal.
 *
 * @throws the signal's reason.
 */
export async function* eachUntilAborted<T>(chunks: AsyncIterable<T>, signal: AbortSignal): AsyncIterable<T> {
  const iterator = chunks[Symbol.asyncIterator]();
  let open = true;
  try {
    for (;;) {
      const next = await untilAborted(iterator.next(), signal);
      if (next.done === true) break;
      yield next.value;
    }
    open = false;
  } finally {
    // Not awaited: an iterator that hangs in next() would answer return() never. Its late failure concerns nobody any more.
    if (open) void Promise.resolve(iterator.return?.()).catch(() => {});
  }
}

/**
 * The whole body as text.
 *
 * @param asked names the request in the error: "GET /api/v1/secrets".
 * @throws SporeError `SPORE_TOO_LARGE` when it is longer than `maxBytes`.
 */
export async function readText(chunks: AsyncIterable<Uint8Array>, maxBytes: number, asked: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new SporeError("SPORE_TOO_LARGE", `the answer to ${asked} is longer than ${maxBytes} bytes`, {
        hint: "Ask for less at a time, with a limit or a selector.",
      });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString("utf8");
}

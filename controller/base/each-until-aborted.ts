import { untilAborted } from "./deadline.ts";

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

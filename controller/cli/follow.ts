import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import type { Reader, WatchEvent, WatchOptions } from "../client/client.ts";

/** A change of an object. */
export type Change<T extends Resource> = Extract<WatchEvent<T>, { readonly object: T }>;

/**
 * What happens after `options.resourceVersion`, until `signal` aborts: a server ends each watch after a while, and the next goes on where
 * that one stopped.
 *
 * @throws SporeError `SPORE_EXPIRED` when the server no longer knows that place; the reason of `signal`.
 */
export async function* follow<T extends Resource>(
  reader: Reader,
  kind: Kind<T>,
  options: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<Change<T>> {
  let { resourceVersion } = options;
  for (;;) {
    for await (const event of reader.watch(kind, { ...options, resourceVersion }, signal)) {
      if (event.type === "BOOKMARK") {
        resourceVersion = event.resourceVersion;
      } else {
        resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
        yield event;
      }
    }
    signal.throwIfAborted();
  }
}

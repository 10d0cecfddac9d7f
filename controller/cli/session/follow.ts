import type { WatchEvent } from "../../client/client.ts";

/** A change of an object, or of the row that shows it. */
export type Change<T> = Extract<WatchEvent<T>, { readonly object: T }>;

/** One watch, from a resource version on; it ends when the server says so. */
export type OpenWatch<T> = (resourceVersion: string) => AsyncIterable<WatchEvent<T>>;

/**
 * What happens after `from`, until `signal` aborts: a server ends each watch after a while, and the next goes on where that one stopped.
 *
 * @param versionOf the resource version of what a change carries.
 * @throws SporeError `SPORE_EXPIRED` when the server no longer knows that place; the reason of `signal`.
 */
export async function* follow<T>(
  open: OpenWatch<T>,
  versionOf: (object: T) => string | undefined,
  from: string,
  signal: AbortSignal,
): AsyncGenerator<Change<T>> {
  let resourceVersion = from;
  for (;;) {
    for await (const event of open(resourceVersion)) {
      if (event.type === "BOOKMARK") {
        resourceVersion = event.resourceVersion;
      } else {
        resourceVersion = versionOf(event.object) ?? resourceVersion;
        yield event;
      }
    }
    signal.throwIfAborted();
  }
}

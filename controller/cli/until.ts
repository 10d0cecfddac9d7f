import type { Kind } from "../api/kind.ts";
import type { Key, Resource } from "../api/meta.ts";
import { keyText } from "../api/meta.ts";
import { Deadline } from "../base/deadline.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { parseGoDuration } from "../base/go-duration.ts";
import type { Reader } from "../client/client.ts";
import type { Io } from "./io.ts";

/**
 * Aborts with `SPORE_TIMEOUT` after a duration such as `90s`, and when the user interrupts. Dispose of it, or the program lasts as long.
 *
 * @throws SporeError `SPORE_USAGE` when the text is no duration.
 */
export function deadline(text: string, io: Io): Deadline {
  const delayMs = parseGoDuration(text);
  if (delayMs === undefined) {
    throw new SporeError("SPORE_USAGE", `"${text}" is no duration`, { hint: "write it as 90s, 5m or 1h30m" });
  }
  return new Deadline(io.clock, io.signal, delayMs, "waiting");
}

/**
 * Resolves with the object once `holds` says so of it; `holds` gets undefined while there is none.
 *
 * @throws the reason of `signal`.
 */
export async function until<T extends Resource>(
  reader: Reader,
  kind: Kind<T>,
  key: Key,
  holds: (object: T | undefined) => boolean,
  signal: AbortSignal,
): Promise<T | undefined> {
  const scope = {
    ...(key.namespace === undefined ? {} : { namespace: key.namespace }),
    fieldSelector: `metadata.name=${key.name}`,
  };
  for (;;) {
    const { items, resourceVersion } = await reader.list(kind, scope, signal);
    if (holds(items[0])) return items[0];
    try {
      for await (const event of reader.watch(kind, { ...scope, resourceVersion }, signal)) {
        if (event.type === "BOOKMARK") continue;
        const object = event.type === "DELETED" ? undefined : event.object;
        if (holds(object)) return object;
      }
    } catch (error) {
      if (!isSporeError(error, "SPORE_EXPIRED")) throw error; // too old to go on from: list again
    }
    signal.throwIfAborted();
  }
}

/**
 * Resolves once the object is gone, or another one bears its name.
 *
 * @throws SporeError `SPORE_TIMEOUT`, which names the finalizers that hold the object.
 */
export async function untilGone(reader: Reader, kind: Kind, key: Key, signal: AbortSignal): Promise<void> {
  let last: Resource | undefined;
  try {
    await until(
      reader,
      kind,
      key,
      (object) => {
        const gone = object === undefined || (last !== undefined && object.metadata.uid !== last.metadata.uid);
        last ??= object;
        return gone;
      },
      signal,
    );
  } catch (error) {
    if (!isSporeError(error, "SPORE_TIMEOUT")) throw error;
    const held = last?.metadata.finalizers?.join(", ") ?? "nothing";
    throw new SporeError(
      "SPORE_TIMEOUT",
      `${kind.plural} ${keyText(key)} is still there, held by ${held}`,
      {},
      { cause: error },
    );
  }
}

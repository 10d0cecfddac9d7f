import { type Kind, resourceName } from "../../api/kind.ts";
import { type Key, keyOf, type Resource } from "../../api/meta.ts";
import { Deadline } from "../../base/deadline.ts";
import { isSporeError, SporeError } from "../../base/errors.ts";
import { parseGoDuration } from "../../base/go-duration.ts";
import type { Reader } from "../../client/client.ts";
import type { Io } from "../io.ts";

/**
 * A duration that the user typed, such as `90s`, in milliseconds.
 *
 * @throws SporeError `SPORE_USAGE` when the text is no duration.
 */
export function readTimeout(text: string): number {
  const timeoutMs = parseGoDuration(text);
  if (timeoutMs !== undefined) return timeoutMs;
  throw new SporeError("SPORE_USAGE", `"${text}" is no duration`, { hint: "write it as 90s, 5m or 1h30m" });
}

/** A deadline for `what` that ends when the user interrupts, too. Dispose of it: its timer keeps the process alive. */
export function deadline(timeoutMs: number, io: Io, what: string): Deadline {
  return new Deadline(io.clock, io.signal, timeoutMs, what);
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
 * Resolves once `object` is gone, or another one bears its name.
 *
 * @throws SporeError `SPORE_TIMEOUT`, which names the finalizers that hold the object.
 */
export async function untilGone(reader: Reader, kind: Kind, object: Resource, signal: AbortSignal): Promise<void> {
  let last = object;
  const isGone = (seen: Resource | undefined) => {
    if (seen?.metadata.uid !== object.metadata.uid) return true;
    last = seen ?? last;
    return false;
  };
  try {
    await until(reader, kind, keyOf(object), isGone, signal);
  } catch (error) {
    if (!isSporeError(error, "SPORE_TIMEOUT")) throw error;
    const finalizers = last.metadata.finalizers ?? [];
    throw new SporeError(
      "SPORE_TIMEOUT",
      `${resourceName(kind)} "${object.metadata.name}" is marked for deletion and still there`,
      finalizers.length === 0
        ? {}
        : { hint: `the finalizer ${finalizers.join(", ")} holds it until its controller has cleaned up` },
      { cause: error },
    );
  }
}

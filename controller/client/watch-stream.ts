import { deepFreeze } from "../base/deep-freeze.ts";
import { SporeError } from "../base/errors.ts";
import type { WatchEvent } from "./client.ts";
import { isStatus, statusError } from "./status-error.ts";

/** An object has 3 MiB at the most; this leaves room for servers that allow more. */
export const watchLineMaxBytes = 16 * 1024 * 1024;

const newline = 0x0a;

/**
 * The lines of a stream, without their newline, however the chunks cut them.
 *
 * @throws SporeError `SPORE_TOO_LARGE` when a line is longer than `maxBytes`.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>, maxBytes: number): AsyncIterable<string> {
  let parts: Uint8Array[] = []; // of the line that is not complete yet
  let bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      parts.push(chunk.subarray(start, end));
      yield Buffer.concat(parts).toString("utf8");
      [parts, bytes, start] = [[], 0, end + 1];
    }
    parts.push(chunk.subarray(start));
    bytes += chunk.byteLength - start;
    if (bytes > maxBytes)
      throw new SporeError("SPORE_TOO_LARGE", `an event of a watch is longer than ${maxBytes} bytes`);
  }
  if (bytes > 0) yield Buffer.concat(parts).toString("utf8");
}

/** What is watched: objects, or tables of them. */
export interface Watched {
  readonly metadata: { readonly resourceVersion?: string };
}

/**
 * One line of a watch as an event. A bookmark becomes its resource version.
 *
 * @returns undefined for an empty line, and for types of event that a newer server may add.
 * @throws SporeError what an `ERROR` event says; `SPORE_UNAVAILABLE` for what is no event, such as the stump of a broken connection.
 */
export function parseWatchEvent<T extends Watched>(line: string): WatchEvent<T> | undefined {
  return line.trim() === "" ? undefined : watchEventOf(parse(line));
}

/** The same for an event that is no text any more. */
export function watchEventOf<T extends Watched>(event: unknown): WatchEvent<T> | undefined {
  if (!isEvent<T>(event)) {
    const shown = JSON.stringify(event).slice(0, 100);
    throw new SporeError("SPORE_UNAVAILABLE", `a watch sent something that is no event: ${shown}`);
  }
  const { type, object } = event;
  switch (type) {
    case "ADDED":
    case "MODIFIED":
    case "DELETED":
      return { type, object: deepFreeze(object) };
    case "BOOKMARK":
      return { type, resourceVersion: object.metadata.resourceVersion ?? "" };
    case "ERROR":
      if (isStatus(object)) throw statusError(object);
      throw new SporeError("SPORE_INTERNAL", "a watch ended with an error event that is no Status");
    default:
      return undefined;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new SporeError("SPORE_UNAVAILABLE", "a watch broke off in the middle of an event", {}, { cause: error });
  }
}

/** The server made the object; its fields are trusted, that it is there at all is not. */
function isEvent<T extends Watched>(value: unknown): value is { readonly type: string; readonly object: T } {
  if (typeof value !== "object" || value === null || !("type" in value) || !("object" in value)) return false;
  const { type, object } = value;
  return (
    typeof type === "string" &&
    typeof object === "object" &&
    object !== null &&
    (type === "ERROR" || hasMetadata(object))
  );
}

function hasMetadata(object: object): boolean {
  return "metadata" in object && typeof object.metadata === "object" && object.metadata !== null;
}

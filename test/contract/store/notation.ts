import type { Change, ChangeEvent, Range } from "../../../controller/store/store.ts";

/** The store's bytes as text, and its answers as one line each: what tests of stores read and write. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export function text(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

export function put(key: string, value: string, expect?: number): Change {
  return { key, value: bytes(value), ...(expect === undefined ? {} : { expect }) };
}

export function remove(key: string, expect?: number): Change {
  return { key, value: undefined, ...(expect === undefined ? {} : { expect }) };
}

/** `key=value@revision`, with what stood there before behind `was`. */
export function show({ key, value, revision, previous }: ChangeEvent): string {
  const before = previous === undefined ? "" : ` was ${text(previous.value)}@${previous.revision}`;
  return `${key}=${text(value) ?? "gone"}@${revision}${before}`;
}

export function list(range: Range): readonly string[] {
  return range.entries.map(({ key, value, revision }) => `${key}=${text(value)}@${revision}`);
}

/** The next `count` events, or fewer when the watch ends. */
export async function take(events: AsyncIterable<ChangeEvent>, count: number): Promise<readonly string[]> {
  const shown: string[] = [];
  for await (const event of events) {
    shown.push(show(event));
    if (shown.length === count) break;
  }
  return shown;
}

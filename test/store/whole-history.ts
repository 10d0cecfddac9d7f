import { expect } from "vitest";
import { compareKeys } from "../../controller/store/key.ts";
import type { ChangeEvent, Store } from "../../controller/store/store.ts";

/**
 * Reads everything a store has ever said, and checks that it is one history: each revision from 1 on, once and in order, each change beginning
 * where the one before it ended, and the end of it what the store holds now. Writes one key, `/checked`, to know where the end is.
 *
 * @returns the events before that.
 */
export async function wholeHistory(store: Store): Promise<readonly ChangeEvent[]> {
  const end = await store.commit([{ key: "/checked", value: new Uint8Array() }]);
  const events: ChangeEvent[] = [];
  const latest = new Map<string, ChangeEvent>();
  let revision = 0;
  for await (const event of store.watch("", 0, new AbortController().signal)) {
    if (event.revision !== revision) expect(event.revision).toBe(revision + 1);
    revision = event.revision;
    const before = latest.get(event.key);
    expect(event.previous?.revision).toBe(before?.value && before.revision);
    expect(Buffer.compare(event.previous?.value ?? nothing, before?.value ?? nothing)).toBe(0);
    latest.set(event.key, event);
    if (revision === end) break;
    events.push(event);
  }
  const alive = [...latest.values()].filter(({ value }) => value !== undefined);
  alive.sort((a, b) => compareKeys(a.key, b.key));
  const line = ({ key, revision }: { key: string; revision: number }) => `${key}@${revision}`;
  expect((await store.range("")).entries.map(line)).toEqual(alive.map(line));
  return events;
}

const nothing = new Uint8Array();

import type { Change } from "../../../controller/store/store.ts";
import { show, text } from "./notation.ts";

interface Held {
  readonly value: string;
  readonly revision: number;
}
type State = ReadonlyMap<string, Held>;

/** What a store should answer, kept in the simplest way: every state there ever was. */
export class StoreModel {
  readonly #states: State[] = [new Map()];
  readonly #events: { readonly revision: number; readonly key: string; readonly line: string }[] = [];

  get head(): number {
    return this.#states.length - 1;
  }

  /** The revision of `key` now, 0 without an entry. */
  revisionOf(key: string): number {
    return this.#at(this.head).get(key)?.revision ?? 0;
  }

  /** @returns the new revision, or "conflict". */
  commit(changes: readonly Change[]): number | "conflict" {
    if (changes.some(({ key, expect }) => expect !== undefined && expect !== this.revisionOf(key))) return "conflict";
    const before = this.#at(this.head);
    const after = new Map(before);
    const revision = this.head + 1;
    for (const { key, value } of changes) {
      const old = before.get(key);
      const previous = old && { key, value: new TextEncoder().encode(old.value), revision: old.revision };
      if (value === undefined) after.delete(key);
      else after.set(key, { value: text(value) ?? "", revision });
      if (value === undefined && old === undefined) continue;
      this.#events.push({ revision, key, line: show({ key, value, revision, previous }) });
    }
    this.#states.push(after);
    return revision;
  }

  /** As `list` of the notation shows the whole of it. */
  entries(prefix: string, at: number): readonly string[] {
    return [...this.#at(at)]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .map(([key, { value, revision }]) => `${key}=${value}@${revision}`);
  }

  /** What a watch that began after `after` has been told by now. */
  events(prefix: string, after: number): readonly string[] {
    return this.#events.flatMap(({ revision, key, line }) =>
      revision > after && key.startsWith(prefix) ? [line] : [],
    );
  }

  #at(revision: number): State {
    return this.#states[revision] ?? new Map();
  }
}

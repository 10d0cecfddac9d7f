/** Items in lanes. Lanes take turns, within a lane the first comes first. */
export class FairQueue<T> {
  /** The lane whose turn it is stands first. */
  readonly #lanes = new Map<string, Set<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(lane: string, item: T): void {
    const items = this.#lanes.get(lane) ?? new Set();
    if (!items.has(item)) this.#size += 1;
    items.add(item);
    this.#lanes.set(lane, items);
  }

  shift(): T | undefined {
    for (const [lane, items] of this.#lanes) {
      this.#lanes.delete(lane);
      for (const item of items) {
        items.delete(item);
        this.#size -= 1;
        if (items.size > 0) this.#lanes.set(lane, items); // behind all others
        return item;
      }
    }
    return undefined;
  }

  /** Takes the item out, wherever it stands. */
  remove(lane: string, item: T): boolean {
    const items = this.#lanes.get(lane);
    if (!items?.delete(item)) return false;
    this.#size -= 1;
    if (items.size === 0) this.#lanes.delete(lane);
    return true;
  }
}

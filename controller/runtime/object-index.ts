import type { Resource } from "../api/meta.ts";
import type { Index, ValuesOf } from "./cache.ts";

/** Groups objects by values computed from them. A change costs as much as that one object has values. */
export class ObjectIndex<T extends Resource> implements Index<T> {
  readonly #byValue = new Map<string, Map<string, T>>();
  readonly #spec: { valuesOf(object: T): readonly string[] };

  constructor(valuesOf: ValuesOf<T>) {
    this.#spec = { valuesOf };
  }

  get(value: string): readonly T[] {
    return [...(this.#byValue.get(value)?.values() ?? [])];
  }

  count(value: string): number {
    return this.#byValue.get(value)?.size ?? 0;
  }

  /** Replaces what is known of the object with the identity `id`. */
  change(id: string, old: T | undefined, object: T | undefined): void {
    const values = new Set(object && this.#spec.valuesOf(object));
    for (const value of old ? this.#spec.valuesOf(old) : []) if (!values.has(value)) this.#remove(value, id);
    if (object === undefined) return;
    for (const value of values) {
      const members = this.#byValue.get(value);
      if (members) members.set(id, object);
      else this.#byValue.set(value, new Map([[id, object]]));
    }
  }

  #remove(value: string, id: string): void {
    const members = this.#byValue.get(value);
    members?.delete(id);
    if (members?.size === 0) this.#byValue.delete(value);
  }
}

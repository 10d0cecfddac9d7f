import { setMaxListeners } from "node:events";
import { type Kind, resourceName } from "../api/kind.ts";
import { SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { requestBodyMaxBytes } from "../base/limits.ts";
import type { ChangeEvent, Entry, RangeOptions, Store } from "../store/store.ts";
import { metadataText, withSharedFields } from "./apply/shared-fields.ts";
import { CreationGate } from "./creation-gate.ts";
import type { ObjectCache } from "./object-cache.ts";
import type { ServedKind } from "./served-kind.ts";
import { StoredObject } from "./stored-object.ts";

/** Some of a collection's objects, in order of their keys. */
export interface Page {
  readonly items: readonly StoredObject[];
  /** The revision that the page shows. */
  readonly revision: number;
  /** How many more there are behind it. */
  readonly remaining: number;
}

/** The objects of one served kind, as they lie in the store. */
export class Collection {
  readonly served: ServedKind;
  /** Through which objects are created, until the kind itself is to go. */
  readonly gate = new CreationGate();
  readonly #store: Store;
  readonly #cache: ObjectCache;
  readonly #root: string;
  /** Told apart in the cache: two views of one storage decode the same bytes into different objects. */
  readonly #view: string;
  readonly #gone = new AbortController();
  /** By key. Of two writes to one key at most one will succeed. */
  readonly #underway = new Map<string, { readonly object: JsonObject; readonly value: Uint8Array }>();

  /** @param era tells what was decoded by this definition of the kind from what an earlier one made of the same bytes. */
  constructor(served: ServedKind, store: Store, cache: ObjectCache, era = 0) {
    this.served = served;
    this.#store = store;
    this.#cache = cache;
    this.#root = storageRoot(served.view?.stored ?? served.kind);
    setMaxListeners(0, this.#gone.signal); // every watch hangs its end on it
    const { group, version, kind } = served.kind;
    this.#view = served.view === undefined ? `${era}` : `${era} ${group}/${version}/${kind}`;
  }

  /** Aborts once this definition of the kind is served no longer; open watches end then. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Ends open watches: the kind is served otherwise from now on, or not at all. */
  end(): void {
    this.#gone.abort();
  }

  /** The prefix of all keys, or of those in one namespace. */
  prefix(namespace: string | undefined): string {
    return namespace === undefined ? this.#root : `${this.#root}${namespace}/`;
  }

  key(namespace: string | undefined, name: string): string {
    return `${this.prefix(namespace)}${name}`;
  }

  /** @throws SporeError `SPORE_NOT_FOUND`. */
  async get(namespace: string | undefined, name: string): Promise<StoredObject> {
    const found = await this.find(namespace, name);
    if (found === undefined) throw notFound(this.served.kind, name);
    return found;
  }

  async find(namespace: string | undefined, name: string): Promise<StoredObject | undefined> {
    const entry = await this.#store.get(this.key(namespace, name));
    return entry && this.decode(entry);
  }

  /** One object as it stood at a revision, the newest when undefined, and which revision that was. */
  async at(
    namespace: string | undefined,
    name: string,
    revision: number | undefined,
  ): Promise<{ readonly item: StoredObject | undefined; readonly revision: number }> {
    // The revision is asked for first: what was written in between is then delivered again by a watch, not lost.
    const shown = revision ?? (await this.#store.revision());
    const entry = await this.#store.get(this.key(namespace, name), shown);
    return { item: entry && this.decode(entry), revision: shown };
  }

  async page(namespace: string | undefined, options: RangeOptions): Promise<Page> {
    const { entries, revision, remaining } = await this.#store.range(this.prefix(namespace), options);
    return { items: entries.map((entry) => this.decode(entry)), revision, remaining };
  }

  /** See `Store.revision`. */
  revision(): Promise<number> {
    return this.#store.revision();
  }

  /** See `Store.watch`. */
  changes(prefix: string, after: number, signal: AbortSignal): AsyncIterable<ChangeEvent> {
    return this.#store.watch(prefix, after, signal);
  }

  /** The object in an entry of the store, pruned and defaulted as if it had been written today. */
  decode(entry: Entry): StoredObject {
    const known = this.#known(entry);
    if (known) return known;
    const stored = this.#justStored(entry) ?? this.#decodeAfresh(entry);
    this.#cache.put(this.#view, stored, entry.value.byteLength);
    return stored;
  }

  /** The same for an entry that was replaced or removed since; it is not kept at hand. */
  decodePast(entry: Entry): StoredObject {
    return this.#known(entry) ?? this.#decodeAfresh(entry);
  }

  /**
   * Stores an object, and keeps it at hand so that nobody has to decode it: watches too, which hear of it before the writer does.
   *
   * @param expect the revision that it replaces; 0: none.
   * @throws SporeError as `encode` and `Store.commit`.
   */
  async put(key: string, object: JsonObject, expect: number): Promise<StoredObject> {
    const value = this.encode(object);
    // What a view does not keep is not answered with either.
    const stored = this.served.view?.toStored(object) ?? object;
    const write = { object: stored === object ? object : this.#read(stored), value };
    this.#underway.set(key, write);
    try {
      const revision = await this.#store.commit([{ key, value, expect }]);
      return this.decode({ key, revision, value });
    } finally {
      if (this.#underway.get(key) === write) this.#underway.delete(key);
    }
  }

  /** Lets go of what is kept of an object that was just removed. */
  forget(key: string): void {
    this.#cache.forget(this.#view, key);
  }

  /**
   * The bytes to store for an object.
   *
   * @throws SporeError `SPORE_TOO_LARGE` when many small patches made it larger than one request could.
   */
  encode(object: JsonObject): Uint8Array {
    const { view } = this.served;
    const { metadata, ...rest } = view === undefined ? object : view.toStored(object);
    const { resourceVersion: _, ...meta } = isJsonObject(metadata) ? metadata : {};
    const bytes = encoder.encode(`${JSON.stringify(rest).slice(0, -1)},"metadata":${metadataText(meta)}}`);
    if (bytes.byteLength <= requestBodyMaxBytes) return bytes;
    const message = `the object would take ${bytes.byteLength} bytes; the limit is ${requestBodyMaxBytes}`;
    throw new SporeError("SPORE_TOO_LARGE", message);
  }

  #known({ key, revision }: Entry): StoredObject | undefined {
    return this.#cache.get(this.#view, key, revision);
  }

  /** What a write that is under way stores, if these are its bytes. */
  #justStored({ key, revision, value }: Entry): StoredObject | undefined {
    const write = this.#underway.get(key);
    if (write === undefined || Buffer.compare(write.value, value) !== 0) return undefined;
    return new StoredObject(key, revision, write.object);
  }

  #decodeAfresh(entry: Entry): StoredObject {
    const parsed: JsonValue = JSON.parse(decoder.decode(entry.value));
    if (!isJsonObject(parsed)) {
      throw new SporeError("SPORE_STORE_CORRUPT", `the store holds something other than an object under ${entry.key}`);
    }
    return new StoredObject(entry.key, entry.revision, withSharedFields(this.#read(parsed)));
  }

  #read(stored: JsonObject): JsonObject {
    const { view, compiled } = this.served;
    const seen = view === undefined ? stored : view.fromStored(stored);
    return view?.settles ? seen : compiled.applyDefaults(compiled.prune(seen).object);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Where the objects of a kind lie; see `Store`. */
function storageRoot({ group, plural }: Kind): string {
  return `/registry/${group === "" ? "core" : group}/${plural}/`;
}

/** As Kubernetes says it: `nodes.spore.dev "x" not found`. */
export function notFound(kind: Pick<Kind, "group" | "plural">, name: string): SporeError {
  const { group, plural } = kind;
  return new SporeError("SPORE_NOT_FOUND", `${resourceName(kind)} "${name}" not found`, { name, group, kind: plural });
}

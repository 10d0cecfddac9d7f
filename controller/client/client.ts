import type { Kind } from "../api/kind.ts";
import type { Key, Resource } from "../api/meta.ts";
import type { JsonValue } from "../base/json.ts";
import type { JsonPatchOperation } from "../base/json-patch.ts";

/**
 * The Kubernetes API as controllers and the command line use it. There is one implementation, over a `Transport`; whether the server is in
 * this process is not visible here. Objects that come back are frozen, deeply.
 *
 * Every method takes a signal and rejects with its reason once it aborts, and throws `SporeError` with the code that fits the server's
 * `Status` (`SPORE_NOT_FOUND`, `SPORE_CONFLICT`, `SPORE_INVALID` …).
 */
export interface Client extends Reader, Writer {}

export interface Reader {
  /** The object, or undefined when there is none. */
  get<T extends Resource>(kind: Kind<T>, key: Key, signal: AbortSignal): Promise<T | undefined>;
  /** One page; all there is unless `limit` is set. */
  list<T extends Resource>(kind: Kind<T>, options: ListOptions, signal: AbortSignal): Promise<List<T>>;
  /** What happens after `options.resourceVersion`. Throws `SPORE_EXPIRED` when that is too old: list again. Ends when the server says so. */
  watch<T extends Resource>(kind: Kind<T>, options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchEvent<T>>;
}

export interface Writer {
  create<T extends Resource>(kind: Kind<T>, object: Manifest<T>, options: WriteOptions): Promise<T>;
  /** Replaces. `object.metadata.resourceVersion` is the precondition. */
  update<T extends Resource>(kind: Kind<T>, object: T, options: UpdateOptions): Promise<T>;
  patch<T extends Resource>(kind: Kind<T>, key: Key, patch: Patch, options: UpdateOptions): Promise<T>;
  /** Resolves when the server accepted; the object may live on until its finalizers are gone. Nothing there: `SPORE_NOT_FOUND`. */
  delete<T extends Resource>(kind: Kind<T>, key: Key, options: DeleteOptions): Promise<void>;
}

export interface ListOptions {
  /** All namespaces when absent. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continue?: string;
  readonly resourceVersion?: string;
}

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
  readonly timeoutSeconds?: number;
}

export interface List<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  /** Set when there is another page. */
  readonly continue?: string;
}

/** A bookmark carries a resource version and nothing else. */
export type WatchEvent<T> =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: T }
  | { readonly type: "BOOKMARK"; readonly resourceVersion: string };

/** What a patch says, and in which language. */
export type Patch =
  | { readonly type: "merge"; readonly body: JsonValue }
  | { readonly type: "json"; readonly body: readonly JsonPatchOperation[] }
  | { readonly type: "strategic"; readonly body: JsonValue }
  /** Server-side apply: `body` is what the field manager wants, `apiVersion` and `kind` included; `force` takes fields from others. */
  | { readonly type: "apply"; readonly body: JsonValue; readonly force?: boolean };

export interface WriteOptions {
  readonly signal: AbortSignal;
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  /** Default on the server: Warn. */
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict";
  /** Gets each `Warning` header of the answer. */
  readonly onWarning?: (text: string) => void;
}

export interface UpdateOptions extends WriteOptions {
  readonly subresource?: "status" | "scale";
}

export interface DeleteOptions {
  readonly signal: AbortSignal;
  readonly dryRun?: boolean;
  readonly propagationPolicy?: "Orphan" | "Background" | "Foreground";
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/** An object as a person writes it: what the server fills in may be left out. `apiVersion` and `kind` come from the Kind. */
export type Manifest<T extends Resource> = Omit<T, "apiVersion" | "kind" | "spec"> &
  (T extends { readonly spec: infer S } ? { readonly spec: Partially<S> } : { readonly spec?: unknown });

/** `T` with every field optional, at every depth of objects. */
export type Partially<T> = T extends readonly (infer I)[]
  ? readonly Partially<I>[]
  : T extends object
    ? { readonly [F in keyof T]?: Partially<T[F]> }
    : T;

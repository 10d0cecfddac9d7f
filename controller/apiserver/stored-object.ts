import type { JsonObject } from "../base/json.ts";
import { metadataOf, textIn } from "./object-meta.ts";

/** One object at one revision. Its parts are made when asked for, and kept. */
export class StoredObject {
  /** Its key in the store. */
  readonly key: string;
  readonly revision: number;
  /** With `metadata.resourceVersion`. Never changed; parts of it may be shared with other versions. */
  readonly object: JsonObject;
  #text: string | undefined;

  constructor(key: string, revision: number, object: JsonObject) {
    const { apiVersion = "", kind = "", metadata: _, ...rest } = object;
    this.key = key;
    this.revision = revision;
    this.object = { apiVersion, kind, metadata: { ...metadataOf(object), resourceVersion: String(revision) }, ...rest };
  }

  /** The object as JSON. */
  get text(): string {
    this.#text ??= JSON.stringify(this.object);
    return this.#text;
  }

  get name(): string {
    return textIn(metadataOf(this.object), "name");
  }

  get namespace(): string {
    return textIn(metadataOf(this.object), "namespace");
  }

  get uid(): string {
    return textIn(metadataOf(this.object), "uid");
  }
}

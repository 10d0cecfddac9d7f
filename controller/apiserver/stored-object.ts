import { isJsonObject, type JsonObject } from "../base/json.ts";
import { metadataText } from "./apply/shared-fields.ts";
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
    this.#text ??= textOf(this.object);
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

/** As `JSON.stringify`, but for a part that is long and that many objects share. */
function textOf({ apiVersion, kind, metadata, ...rest }: JsonObject): string {
  const type = JSON.stringify({ apiVersion, kind }).slice(0, -1);
  const further = JSON.stringify(rest).slice(1);
  const meta = isJsonObject(metadata) ? metadataText(metadata) : "{}";
  return `${type},"metadata":${meta}${further === "}" ? "}" : `,${further}`}`;
}

import type { Kind } from "../api/kind.ts";
import type { Key, Resource } from "../api/meta.ts";
import type { JsonObject } from "../base/json.ts";

/** What applying manifests needs of an API server. */
export interface ObjectApi {
  /** The object, or undefined when there is none. */
  read<T extends Resource>(kind: Kind<T>, key: Key): Promise<T | undefined>;
  /** Creates, or with `dryRun` only checks whether it could. */
  create(kind: Kind, object: Resource, dryRun: boolean): Promise<Resource>;
  /** Merge patch, likewise. */
  patch(kind: Kind, key: Key, body: JsonObject, dryRun: boolean): Promise<Resource>;
  remove(kind: Kind, key: Key): Promise<void>;
}

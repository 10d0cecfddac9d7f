import type { Kind } from "../api/kind.ts";
import type { Key, Resource } from "../api/meta.ts";
import type { JsonObject } from "../base/json.ts";

/** What applying manifests needs of an API server. */
export interface ObjectApi {
  /** The name under which all writes are made that give no other. */
  readonly fieldManager: string;
  /** The object, or undefined when there is none. Throws `SPORE_NOT_FOUND` where the server has no such kind. */
  read<T extends Resource>(kind: Kind<T>, key: Key): Promise<T | undefined>;
  /** Creates, or with `dryRun` only checks whether it could. */
  create(kind: Kind, object: Resource, dryRun: boolean): Promise<Resource>;
  /** Merge patch, likewise. */
  patch(kind: Kind, key: Key, body: JsonObject, dryRun: boolean): Promise<Resource>;
  /** Server-side apply; creates what is not there. */
  apply(kind: Kind, key: Key, object: Resource, options: ServerSideApply): Promise<Resource>;
  /** Deletes it, if it has that uid. Throws `SPORE_CONFLICT` where it has another. */
  remove(kind: Kind, key: Key, uid: string): Promise<void>;
}

export interface ServerSideApply {
  readonly dryRun: boolean;
  /** Whether fields that others manage, with other values, are taken from them; else that is a conflict. */
  readonly force: boolean;
  /** In the place of the one that all other writes are made under. */
  readonly fieldManager?: string;
}

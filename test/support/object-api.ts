import type { Kind } from "../../controller/api/kind.ts";
import { type Key, keyText, type Resource } from "../../controller/api/meta.ts";
import { SporeError } from "../../controller/base/errors.ts";
import type { JsonObject } from "../../controller/base/json.ts";
import { mergePatch } from "../../controller/base/merge-patch.ts";
import type { ObjectApi, ServerSideApply } from "../../controller/manifests/object-api.ts";

/** Objects in a map: what `manifests` needs of a server, with a log of what was written. */
export class MapObjectApi implements ObjectApi {
  readonly fieldManager = "test";
  readonly objects = new Map<string, Resource>();
  readonly writes: string[] = [];
  /** Names that the "server" refuses, with the field that is at fault. */
  readonly refused = new Map<string, string>();
  /** Names that cannot be written, although a dry run says they can. */
  readonly broken = new Set<string>();

  async read<T extends Resource>(kind: Kind<T>, key: Key): Promise<T | undefined> {
    return this.objects.get(id(kind, key)) as T | undefined;
  }

  async create(kind: Kind, object: Resource, dryRun: boolean): Promise<Resource> {
    return this.#write("create", kind, object.metadata, object, dryRun);
  }

  async patch(kind: Kind, key: Key, body: JsonObject, dryRun: boolean): Promise<Resource> {
    const live = this.objects.get(id(kind, key)) as unknown as JsonObject;
    return this.#write("patch", kind, key, mergePatch(live, body) as unknown as Resource, dryRun);
  }

  async apply(kind: Kind, key: Key, object: Resource, { dryRun }: ServerSideApply): Promise<Resource> {
    const live = this.objects.get(id(kind, key)) as unknown as JsonObject | undefined;
    const merged = mergePatch(live ?? {}, object as unknown as JsonObject);
    return this.#write("apply", kind, key, merged as unknown as Resource, dryRun);
  }

  async remove(kind: Kind, key: Key): Promise<void> {
    this.objects.delete(id(kind, key));
    this.writes.push(`remove ${id(kind, key)}`);
  }

  #write(verb: string, kind: Kind, key: Key, object: Resource, dryRun: boolean): Resource {
    const field = this.refused.get(key.name);
    if (field !== undefined) {
      throw new SporeError("SPORE_INVALID", `${key.name} is invalid`, {
        causes: [{ reason: "FieldValueInvalid", field, message: "the server does not like it" }],
      });
    }
    if (!dryRun && this.broken.has(key.name)) throw new SporeError("SPORE_INTERNAL", `${key.name} is broken`);
    if (!dryRun) {
      this.objects.set(id(kind, key), object);
      this.writes.push(`${verb} ${id(kind, key)}`);
    }
    return object;
  }
}

function id(kind: Kind, { namespace, name }: Key): string {
  return `${kind.plural} ${keyText(namespace === undefined ? { name } : { namespace, name })}`;
}

import type { Kind } from "../api/kind.ts";
import type { Resource } from "../api/meta.ts";
import type { Client } from "../client/client.ts";
import type { Caches } from "./caches.ts";

/**
 * A client that notes what it wrote in the caches, before the watch brings it back. So a reconciler that runs again at once does not count
 * with numbers from before its own last step.
 */
export function notingClient(client: Client, caches: Caches): Client {
  const noted = <T extends Resource>(kind: Kind<T>, object: T, dryRun: boolean | undefined): T => {
    // An object that was let go by its last finalizer is no longer there, though the answer shows it.
    const gone = object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
    if (dryRun !== true && !gone) caches.known(kind)?.note(object);
    return object;
  };
  return {
    get: (kind, key, signal) => client.get(kind, key, signal),
    list: (kind, options, signal) => client.list(kind, options, signal),
    watch: (kind, options, signal) => client.watch(kind, options, signal),
    create: async (kind, object, options) => noted(kind, await client.create(kind, object, options), options.dryRun),
    update: async (kind, object, options) => noted(kind, await client.update(kind, object, options), options.dryRun),
    patch: async (kind, key, patch, options) =>
      noted(kind, await client.patch(kind, key, patch, options), options.dryRun),
    delete: (kind, key, options) => client.delete(kind, key, options),
  };
}

import type { Secret } from "../../api/core-kinds.ts";
import { type Key, keyOf, keyText } from "../../api/meta.ts";
import { NodeGroupRevision } from "../../api/node-group-revision.ts";
import type { CacheSource } from "../../runtime/caches.ts";

/** The revisions whose configuration a Secret of that name holds, whoever made the Secret. */
export function revisionsOfSecret(caches: CacheSource, secret: Secret): readonly NodeGroupRevision[] {
  return caches
    .of(NodeGroupRevision)
    .index(secretsOf)
    .get(keyText(keyOf(secret)));
}

function secretsOf({ metadata: { namespace }, spec: { config } }: NodeGroupRevision): readonly string[] {
  if (config === undefined || namespace === undefined) return [];
  const key: Key = { namespace, name: config.secretName };
  return [keyText(key)];
}

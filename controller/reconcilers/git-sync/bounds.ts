import { ConfigMap, Secret } from "../../api/core-kinds.ts";
import { Firmware } from "../../api/firmware.ts";
import { isSameResource, type Kind } from "../../api/kind.ts";
import { NodeGroup } from "../../api/node-group.ts";
import type { Manifest, Problem } from "../../manifests/manifest.ts";

/** As `gitSyncRules` say. */
const allowed: readonly Kind[] = [NodeGroup, Firmware, ConfigMap, Secret];

/**
 * What a GitSync without a ServiceAccount may not touch: whoever may write GitSyncs in a namespace must not gain rights beyond it, nor those of another
 * ServiceAccount by a GitSync in the repository.
 */
export function beyondNamespace(manifests: readonly Manifest[], namespace: string): readonly Problem[] {
  return manifests.flatMap(({ kind, object, position, positionOf }) => {
    if (!isAllowed(kind))
      return [{ position, field: "kind", message: `${kind.kind} needs spec.serviceAccountName in the GitSync` }];
    const { namespace: own = "" } = object.metadata;
    if (own === namespace) return [];
    const field = "metadata.namespace";
    const message = `is ${own}, and the GitSync is in ${namespace}: other namespaces need spec.serviceAccountName in the GitSync`;
    return [{ position: positionOf(field), field, message }];
  });
}

function isAllowed(kind: Kind): boolean {
  return allowed.some((other) => isSameResource(kind, other));
}

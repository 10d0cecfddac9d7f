import type { Resource } from "../api/meta.ts";
import type { Change } from "./cache.ts";

/** Says whether a change matters. */
export type Predicate = (change: Change<Resource>) => boolean;

/**
 * The object is new or gone, or what people and other controllers say about it changed: spec, labels, annotations, finalizers, owners. A
 * mere change of status does not count, so a controller does not wake itself by writing status. Kinds without a generation (ConfigMap)
 * count always.
 */
export const desireChanged: Predicate = ({ object, old }) => {
  if (object === undefined || old === undefined) return true;
  const [now, before] = [object.metadata, old.metadata];
  return (
    now.generation === undefined ||
    now.generation !== before.generation ||
    now.uid !== before.uid ||
    now.deletionTimestamp !== before.deletionTimestamp ||
    facets.some((facet) => JSON.stringify(now[facet]) !== JSON.stringify(before[facet]))
  );
};

const facets = ["labels", "annotations", "finalizers", "ownerReferences"] as const;

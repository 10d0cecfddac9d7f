import type { ApiGroup } from "./api-groups.ts";
import { Scale } from "./extension/scale.ts";
import { type ServedKind, statusVerbs } from "./served-kind.ts";
import { jsonDocument, type StaticDocument } from "./static-document.ts";

/** The versions of `apidiscovery.k8s.io` that clients ask for; they differ in their name only. */
export type DiscoveryVersion = "v2" | "v2beta1";

/** All groups in one answer. Clients recognise it by its content type, parameters included. */
export function aggregatedDiscovery(groups: readonly ApiGroup[], version: DiscoveryVersion): StaticDocument {
  const list = {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map((group) => ({
      metadata: group.name === "" ? {} : { name: group.name },
      versions: group.versions.map(({ name, kinds }) => ({
        version: name,
        freshness: "Current",
        resources: kinds.map(resource),
      })),
    })),
  };
  return jsonDocument(list, `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`);
}

function resource({
  kind,
  singular,
  verbs,
  shortNames,
  categories,
  subresources,
  actions = new Map(),
}: ServedKind): object {
  const responseKind = { group: kind.group, version: kind.version, kind: kind.kind };
  const below = [
    ...(subresources.status ? [{ subresource: "status", responseKind, verbs: statusVerbs }] : []),
    ...(subresources.scale ? [{ subresource: "scale", responseKind: Scale, verbs: statusVerbs }] : []),
    ...[...actions].map(([subresource, { kind: posted, verbs: offered }]) => {
      const { group, version } = posted;
      return { subresource, responseKind: { group, version, kind: posted.kind }, verbs: offered };
    }),
  ];
  return {
    resource: kind.plural,
    responseKind,
    scope: kind.namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(below.length > 0 ? { subresources: below } : {}),
  };
}

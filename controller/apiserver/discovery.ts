import { createHash } from "node:crypto";
import type { Kind } from "../api/kind.ts";
import { aggregatedDiscovery, type DiscoveryVersion } from "./aggregated-discovery.ts";
import { type ApiGroup, type ApiVersion, apiGroupsOf } from "./api-groups.ts";
import { Scale } from "./extension/scale.ts";
import { isJsonType, mediaRanges } from "./media-ranges.ts";
import { type ServedKind, statusVerbs } from "./served-kind.ts";
import { jsonDocument, type StaticDocument } from "./static-document.ts";

/** What is served: the answers that tell clients which kinds there are, and under which names. */
export interface Discovery {
  /** `GET /api` for the core group, `GET /apis` for the others; undefined when the client accepts no form of it (406). */
  root(path: "api" | "apis", accept: string | undefined): StaticDocument | undefined;
  /** `GET /apis/{group}`; undefined when nothing of the group is served. */
  group(group: string): StaticDocument | undefined;
  /** `GET /api/v1` and `GET /apis/{group}/{version}`; undefined when it is not served. */
  resources(group: string, version: string): StaticDocument | undefined;
}

/** Prepares the answers for `kinds`. The order of groups is that of their first kind; clients resolve ambiguous names by it. */
export function discoveryOf(kinds: readonly ServedKind[]): Discovery {
  const groups = apiGroupsOf(kinds);
  const named = groups.filter(({ name }) => name !== "");
  const core = groups.filter(({ name }) => name === "");
  const legacy = {
    api: jsonDocument({
      kind: "APIVersions",
      versions: core.flatMap(({ versions }) => versions.map(({ name }) => name)),
      // Clients do not look at it any more; the field must be there.
      serverAddressByClientCIDRs: [],
    }),
    apis: jsonDocument({ kind: "APIGroupList", apiVersion: "v1", groups: named.map(apiGroup) }),
  };
  const aggregated = {
    api: forEachVersion((version) => aggregatedDiscovery(core, version)),
    apis: forEachVersion((version) => aggregatedDiscovery(named, version)),
  };
  return {
    root(path, accept) {
      const form = discoveryForm(accept);
      return form === "legacy" ? legacy[path] : form && aggregated[path][form];
    },
    group(group) {
      const found = named.find(({ name }) => name === group);
      return found && jsonDocument({ kind: "APIGroup", apiVersion: "v1", ...apiGroup(found) });
    },
    resources(group, version) {
      const found = groups.find(({ name }) => name === group)?.versions.find(({ name }) => name === version);
      return found && resourceList(group, found);
    },
  };
}

function forEachVersion(
  make: (version: DiscoveryVersion) => StaticDocument,
): Readonly<Record<DiscoveryVersion, StaticDocument>> {
  return { v2: make("v2"), v2beta1: make("v2beta1") };
}

/** The first form in the header that there is. Weights are not used by clients of the Kubernetes API. */
function discoveryForm(accept: string | undefined): DiscoveryVersion | "legacy" | undefined {
  for (const { type, parameters } of mediaRanges(accept)) {
    if (!isJsonType(type)) continue;
    const as = parameters.get("as");
    if (as === undefined) return "legacy";
    const version = parameters.get("v");
    const isAggregated = as === "APIGroupDiscoveryList" && parameters.get("g") === "apidiscovery.k8s.io";
    if (isAggregated && (version === "v2" || version === "v2beta1")) return version;
  }
  return undefined;
}

function apiGroup({ name, versions }: ApiGroup): object {
  const named = versions.map((version) => ({ groupVersion: `${name}/${version.name}`, version: version.name }));
  return { name, versions: named, preferredVersion: named[0] };
}

function resourceList(group: string, version: ApiVersion): StaticDocument {
  const groupVersion = group === "" ? version.name : `${group}/${version.name}`;
  const resources = version.kinds.flatMap((served) => [
    apiResource(served),
    ...subresourcesOf(served),
    ...actionResources(served),
  ]);
  return jsonDocument({ kind: "APIResourceList", apiVersion: "v1", groupVersion, resources });
}

function apiResource({ kind, singular, verbs, shortNames, categories, review, view }: ServedKind): object {
  return {
    name: kind.plural,
    singularName: singular,
    namespaced: kind.namespaced,
    kind: kind.kind,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(review === undefined ? { storageVersionHash: storageVersionHash(view?.stored ?? kind) } : {}),
  };
}

function subresourcesOf({ kind, subresources }: ServedKind): readonly object[] {
  const { plural, namespaced } = kind;
  const below = { singularName: "", namespaced, verbs: statusVerbs };
  return [
    ...(subresources.status ? [{ name: `${plural}/status`, ...below, kind: kind.kind }] : []),
    ...(subresources.scale ? [{ name: `${plural}/scale`, ...below, ...Scale }] : []),
  ];
}

function actionResources({ kind, actions = new Map() }: ServedKind): readonly object[] {
  const { plural, namespaced } = kind;
  return [...actions].map(([subresource, { kind: posted, verbs }]) => ({
    name: `${plural}/${subresource}`,
    singularName: "",
    namespaced,
    group: posted.group,
    version: posted.version,
    kind: posted.kind,
    verbs,
  }));
}

/** Changes when objects are stored in another version; storage migration tools compare it. */
function storageVersionHash({ group, version, kind }: Kind): string {
  return createHash("sha256").update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString("base64");
}

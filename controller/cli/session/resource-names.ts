import type { Kind } from "../../api/kind.ts";
import { Node } from "../../api/node.ts";
import { SporeError } from "../../base/errors.ts";
import { nearestWord } from "../nearest-word.ts";

/** One resource as the server's aggregated discovery describes it (kubernetes API, `APIGroupDiscoveryList`, v2). */
interface DiscoveredResource {
  readonly verbs?: readonly string[];
  readonly resource: string;
  readonly responseKind: { readonly kind: string };
  readonly scope: "Namespaced" | "Cluster";
  readonly singularResource: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface DiscoveredVersion {
  readonly version: string;
  /** Absent where a server behind the server serves the version, and does not answer. */
  readonly resources?: readonly DiscoveredResource[];
}

/** The document behind `/api` and `/apis`. */
export interface DiscoveryDocument {
  readonly items: readonly {
    readonly metadata: { readonly name?: string };
    readonly versions: readonly DiscoveredVersion[];
  }[];
}

/** One kind that the server has, in the version it prefers. */
export interface ServedResource {
  readonly kind: Kind;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
}

interface NamedKind extends ServedResource {
  readonly names: readonly string[];
}

/** What people may call the server's resources: `nodes`, `node`, `Node`, `sn`, `nodes.spore.dev`, and categories such as `spore`. */
export class ResourceNames {
  readonly #kinds: readonly NamedKind[];
  readonly #groups: DiscoveryDocument["items"];

  constructor(documents: readonly DiscoveryDocument[]) {
    this.#groups = documents.flatMap(({ items }) => items);
    this.#kinds = this.#groups.flatMap(kindsOf);
  }

  /** The kind that an object says it is of, in that very version; undefined where the server has none. */
  kindOf(apiVersion: string, kind: string): Kind | undefined {
    for (const { metadata, versions } of this.#groups) {
      const { name: group = "" } = metadata;
      for (const { version, resources = [] } of versions) {
        if ((group === "" ? version : `${group}/${version}`) !== apiVersion) continue;
        const found = resources.find(({ responseKind }) => responseKind.kind === kind);
        if (found) return discoveredKind(group, version, found);
      }
    }
    return undefined;
  }

  /** The same in the version that the server prefers. */
  kindIn(group: string, kind: string): Kind | undefined {
    return this.inGroup(group).find((each) => each.kind === kind);
  }

  /** Everything the server has, in its order. */
  get resources(): readonly ServedResource[] {
    return this.#kinds;
  }

  /** `v1`, `spore.dev/v1alpha1` … */
  get groupVersions(): readonly string[] {
    return this.#groups.flatMap(({ metadata: { name = "" }, versions }) =>
      versions.map(({ version }) => (name === "" ? version : `${name}/${version}`)),
    );
  }

  /** All kinds of a group. */
  inGroup(group: string): readonly Kind[] {
    return this.#kinds.map(({ kind }) => kind).filter((kind) => kind.group === group);
  }

  /** Whether `word` names a kind or a category. */
  has(word: string): boolean {
    return this.#find(word).length > 0;
  }

  /**
   * The kinds that `word` names; several for a category.
   *
   * @throws SporeError `SPORE_USAGE` when the server has no such resource.
   */
  resolve(word: string): readonly Kind[] {
    const found = this.#find(word);
    if (found.length > 0) return found;
    const near = nearestWord(
      word,
      this.#kinds.flatMap(({ names }) => names),
    );
    const hint = `${near === undefined ? "" : `did you mean "${near}"? `}sporectl api-resources lists what there is`;
    throw new SporeError("SPORE_USAGE", `the server has no resource called "${word}"`, { hint });
  }

  #find(word: string): readonly Kind[] {
    const wanted = word.toLowerCase();
    const dot = wanted.indexOf(".");
    const name = dot < 0 ? wanted : wanted.slice(0, dot);
    const group = dot < 0 ? undefined : wanted.slice(dot + 1);
    const named = this.#kinds.filter(({ kind, names }) => names.includes(name) && inGroup(kind, group));
    // On a Kubernetes cluster there are other nodes as well; whoever says them to sporectl means ours.
    const found = named.find(({ kind }) => kind.group === Node.group) ?? named[0];
    if (found) return [found.kind];
    return this.#kinds
      .filter(({ categories }) => group === undefined && categories.includes(name))
      .map(({ kind }) => kind);
  }
}

function kindsOf(group: DiscoveryDocument["items"][number]): readonly NamedKind[] {
  const preferred = group.versions[0];
  if (!preferred) return [];
  return (preferred.resources ?? []).map((resource) => ({
    kind: discoveredKind(group.metadata.name ?? "", preferred.version, resource),
    names: [
      resource.resource,
      resource.singularResource,
      resource.responseKind.kind.toLowerCase(),
      ...(resource.shortNames ?? []),
    ],
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
    verbs: resource.verbs ?? [],
  }));
}

function discoveredKind(group: string, version: string, resource: DiscoveredResource): Kind {
  const { responseKind, resource: plural, scope } = resource;
  return { group, version, kind: responseKind.kind, plural, namespaced: scope === "Namespaced" };
}

/** `node.spore.dev` and `nodes.v1alpha1.spore.dev` both name the group `spore.dev`. */
function inGroup(kind: Kind, group: string | undefined): boolean {
  return group === undefined || group === kind.group || group === `${kind.version}.${kind.group}`;
}

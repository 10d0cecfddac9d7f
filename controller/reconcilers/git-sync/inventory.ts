import type { GitSync, GitSyncStatusInventoryItem } from "../../api/git-sync.ts";
import type { Kind } from "../../api/kind.ts";
import type { Key, Resource } from "../../api/meta.ts";
import type { Manifest } from "../../manifests/manifest.ts";

/** An object that came from a repository. */
export type InventoryItem = GitSyncStatusInventoryItem;

export function inventoryOf({ status }: GitSync): readonly InventoryItem[] {
  return status?.inventory ?? [];
}

export function itemOf({ kind, object }: Manifest): InventoryItem {
  const { namespace, name } = object.metadata;
  const { group, version } = kind;
  return { group, version, kind: kind.kind, ...(kind.namespaced && namespace !== undefined && { namespace }), name };
}

/** Says which object it is, in whichever version: `NodeGroup.spore.dev lab/sensors`. */
export function itemName({ group, kind, namespace, name }: InventoryItem): string {
  return `${kind}${group === "" ? "" : `.${group}`} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

export function keyOfItem({ namespace, name }: InventoryItem): Key {
  return namespace === undefined ? { name } : { namespace, name };
}

/** `first` and then what only `second` has, in the order of their names. */
export function united(first: readonly InventoryItem[], second: readonly InventoryItem[]): readonly InventoryItem[] {
  const byName = new Map([...second, ...first].map((item) => [itemName(item), item]));
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** What `before` has and `wanted` lacks. */
export function leaving(before: readonly InventoryItem[], wanted: readonly InventoryItem[]): readonly InventoryItem[] {
  const names = new Set(wanted.map(itemName));
  return before.filter((item) => !names.has(itemName(item)));
}

/** The longest name of a field manager, in characters. */
const managerMaxCharacters = 128;

/** The field manager of a GitSync: it says of every field in which repository it stands. */
export function fieldManagerOf({ metadata: { namespace, name, uid = "" } }: GitSync): string {
  const manager = `${managerPrefix}${namespace}/${name}`;
  return manager.length <= managerMaxCharacters ? manager : `${managerPrefix}${uid}`;
}

/** The field managers of the GitSyncs that applied an object. */
export function gitSyncsOf({ metadata }: Resource): readonly string[] {
  const applied = metadata.managedFields?.filter(({ operation }) => operation === "Apply") ?? [];
  return applied.flatMap(({ manager }) => (manager?.startsWith(managerPrefix) ? [manager] : []));
}

const managerPrefix = "gitsync/";

/** The kind of an item whose resource the server knows. */
export type KindOf = (group: string, kind: string) => Kind | undefined;

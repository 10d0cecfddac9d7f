import type { Kind } from "../api/kind.ts";
import type { Key, Resource } from "../api/meta.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import { type Inventory, type InventoryItem, itemName, itemOf } from "./inventory.ts";
import type { ObjectApi } from "./object-api.ts";
import { byDependency } from "./plan.ts";
import { defaultPruneLimit, pruneLimit } from "./prune-limit.ts";

/** The Kind that an inventory item is of; undefined when the server has it no more. */
export type ItemKind = (group: string, kind: string) => Kind | undefined;

/** What came from a source and is not in it any more; what depends on others first. */
export function leavingItems(
  before: Inventory,
  wanted: readonly { readonly kind: Kind; readonly object: Resource }[],
  kindOf: ItemKind,
): readonly InventoryItem[] {
  const names = new Set(wanted.map(({ kind, object }) => itemName(itemOf(kind, object))));
  const leaving = before.items.filter((item) => !names.has(itemName(item)));
  return byDependency(leaving, ({ group, kind }) => kindOf(group, kind) ?? unknownKind(group, kind)).toReversed();
}

function unknownKind(group: string, kind: string): Kind {
  return { group, version: "", kind, plural: "", namespaced: false };
}

/**
 * No more than `defaultPruneLimit` may go without being asked for.
 *
 * @param hint how to have it all the same.
 * @throws SporeError `SPORE_MANIFEST_INVALID` that names them all.
 */
export function refuseTooMany(
  leaving: readonly InventoryItem[],
  before: Inventory,
  source: string,
  hint: string,
): void {
  if (leaving.length <= (pruneLimit(defaultPruneLimit, before.items.length) ?? 0)) return;
  throw new SporeError(
    "SPORE_MANIFEST_INVALID",
    `${leaving.length} of the ${before.items.length} objects that came from ${source} left it; none of them was removed: ${leaving.map(itemName).join(", ")}`,
    { hint },
  );
}

/** Removes one, if it is still there and not another of the same name. Returns what it was. */
export async function removeItem(item: InventoryItem, kindOf: ItemKind, api: ObjectApi): Promise<Resource | undefined> {
  const found = await liveItem(item, kindOf, api);
  if (!found) return undefined;
  try {
    await api.remove(found.kind, itemKey(item), item.uid);
  } catch (error) {
    if (!isSporeError(error, "SPORE_NOT_FOUND") && !isSporeError(error, "SPORE_CONFLICT")) throw error; // somebody was faster
  }
  return found.live;
}

/** The object of an item, where that very one is still there. */
export async function liveItem(
  item: InventoryItem,
  kindOf: ItemKind,
  api: ObjectApi,
): Promise<{ readonly kind: Kind; readonly live: Resource } | undefined> {
  const kind = kindOf(item.group, item.kind);
  if (!kind) return undefined;
  const live = await api.read(kind, itemKey(item));
  return live?.metadata.uid === item.uid ? { kind, live } : undefined;
}

function itemKey({ namespace, name }: InventoryItem): Key {
  return namespace === undefined ? { name } : { namespace, name };
}

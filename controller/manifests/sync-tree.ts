import type { Kind } from "../api/kind.ts";
import { keyOf } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import { isSporeError, SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { type Applied, applyAll, danglingReferences } from "./apply.ts";
import { type Inventory, type InventoryItem, itemName, itemOf, readInventory, writeInventory } from "./inventory.ts";
import type { ObjectApi } from "./object-api.ts";
import { byDependency } from "./plan.ts";
import { readTree } from "./read-tree.ts";
import type { KindLookup } from "./read-yaml.ts";

export interface TreeSync {
  /** Absolute path. */
  readonly directory: string;
  /** Also remove more than a fifth of what came from the directory at once. */
  readonly pruneAll: boolean;
  readonly lookup: KindLookup;
  /** The Kind that an inventory item is of; undefined when the server has it no more. */
  readonly kindOf: (group: string, kind: string) => Kind | undefined;
  readonly api: ObjectApi;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Makes the objects what the directory says, once: what is new or changed is merged in, what left the directory and came from there is
 * removed. With one bad document, or where the directory cannot be read, nothing changes. How it went is in the inventory.
 *
 * @throws SporeError when a server or the directory says no; the inventory says so as well, where it can be written.
 */
export async function syncTree(sync: TreeSync, signal: AbortSignal): Promise<void> {
  const before = await readInventory(sync.api, sync.directory);
  try {
    await writeInventory(sync.api, sync.directory, await bring(sync, before, signal));
  } catch (error) {
    if (isSporeError(error)) {
      const { items } = await readInventory(sync.api, sync.directory);
      await writeInventory(sync.api, sync.directory, { items, state: "Failed", message: wholeMessage(error) });
    }
    throw error;
  }
}

async function bring(sync: TreeSync, before: Inventory, signal: AbortSignal): Promise<Inventory> {
  const { directory, lookup, api, log, clock } = sync;
  const read = await readTree(directory, { recursive: true, namespace: "default", lookup });
  const wanted = new Set(read.manifests.map(({ kind, object }) => itemName(itemOf(kind, object))));
  const leaving = before.items.filter((item) => !wanted.has(itemName(item)));
  const items = new Map(before.items.map((item) => [itemName(item), item]));
  const told = ({ manifest, verdict }: Applied) => {
    if (verdict === "unchanged") return;
    const { kind, object, position } = manifest;
    log.info({ kind: kind.kind, ...keyOf(object), file: position.file, verdict }, "applied a manifest");
  };
  await applyAll(read, api, { clock, signal, told });
  for (const { kind, object } of read.manifests) {
    const live = await api.read(kind, keyOf(object));
    if (live) items.set(itemName(itemOf(kind, live)), itemOf(kind, live));
  }
  // Written before anything is removed: a crash in between must not forget what came from here.
  await writeInventory(api, directory, { ...before, items: [...items.values()] });
  refuseTooMany(leaving, before, sync);
  for (const item of byDependency(leaving, (each) => kindOrNone(each, sync)).toReversed()) {
    await prune(item, sync);
    items.delete(itemName(item));
  }
  for (const warning of await danglingReferences(read.manifests, api)) log.warn({}, warning);
  return { items: [...items.values()], state: "Applied", message: "" };
}

/** A fifth, rounded up to a whole object, may go without being asked for: more looks like an accident. */
function refuseTooMany(leaving: readonly InventoryItem[], before: Inventory, { pruneAll, directory }: TreeSync): void {
  if (pruneAll || leaving.length <= Math.ceil(before.items.length / 5)) return;
  throw new SporeError(
    "SPORE_MANIFEST_INVALID",
    `${leaving.length} of the ${before.items.length} objects that came from ${directory} left it; none of them was removed: ${leaving.map(itemName).join(", ")}`,
    { hint: "bring the files back, or start spored with --prune-all" },
  );
}

async function prune(item: InventoryItem, { kindOf, api, log }: TreeSync): Promise<void> {
  const kind = kindOf(item.group, item.kind);
  if (!kind) return;
  const key = item.namespace === undefined ? { name: item.name } : { namespace: item.namespace, name: item.name };
  const live = await api.read(kind, key);
  if (live?.metadata.uid !== item.uid) return; // gone, or somebody else's by now
  await api.remove(kind, key);
  log.info({ kind: item.kind, ...key }, "removed an object that left the directory");
}

function kindOrNone({ group, kind }: InventoryItem, { kindOf }: TreeSync): Kind {
  return kindOf(group, kind) ?? { group, version: "", kind, plural: "", namespaced: false };
}

function wholeMessage({ message, details }: SporeError): string {
  return [message, ...(details.causes ?? []).map((cause) => cause.message)].join("\n");
}

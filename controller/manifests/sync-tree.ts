import { keyOf } from "../api/meta.ts";
import type { Clock } from "../base/clock.ts";
import { isSporeError, type SporeError } from "../base/errors.ts";
import type { Logger } from "../base/log.ts";
import { type Applied, applyAll, danglingReferences } from "./apply.ts";
import { type Inventory, inventoryKey, itemName, itemOf, readInventory, writeInventory } from "./inventory.ts";
import type { ObjectApi } from "./object-api.ts";
import { type ItemKind, leavingItems, refuseTooMany, removeItem } from "./prune.ts";
import { readTree } from "./read-tree.ts";
import type { KindLookup } from "./read-yaml.ts";

export interface TreeSync {
  /** Absolute path. */
  readonly directory: string;
  /** Also remove more than a fifth of what came from the directory at once. */
  readonly pruneAll: boolean;
  readonly lookup: KindLookup;
  readonly kindOf: ItemKind;
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
  const { api, directory } = sync;
  const key = inventoryKey(directory);
  const before = await readInventory(api, key);
  try {
    await writeInventory(api, key, directory, await bring(sync, before, signal));
  } catch (error) {
    if (isSporeError(error)) {
      const { items } = await readInventory(api, key);
      await writeInventory(api, key, directory, { items, state: "Failed", message: wholeMessage(error) });
    }
    throw error;
  }
}

async function bring(sync: TreeSync, before: Inventory, signal: AbortSignal): Promise<Inventory> {
  const { directory, lookup, kindOf, api, log, clock } = sync;
  const read = await readTree(directory, { recursive: true, namespace: "default", lookup });
  const leaving = leavingItems(before, read.manifests, kindOf);
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
  await writeInventory(api, inventoryKey(directory), directory, { ...before, items: [...items.values()] });
  const hint = "bring the files back, or start spored with --prune-all";
  if (!sync.pruneAll) refuseTooMany(leaving, before, directory, hint);
  for (const item of leaving) {
    if (await removeItem(item, kindOf, api))
      log.info(
        { kind: item.kind, namespace: item.namespace, name: item.name },
        "removed an object that left the directory",
      );
    items.delete(itemName(item));
  }
  for (const warning of await danglingReferences(read.manifests, api)) log.warn({}, warning);
  return { items: [...items.values()], state: "Applied", message: "" };
}

function wholeMessage({ message, details }: SporeError): string {
  return [message, ...(details.causes ?? []).map((cause) => cause.message)].join("\n");
}

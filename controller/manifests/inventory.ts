import { createHash } from "node:crypto";
import { ConfigMap } from "../api/core-kinds.ts";
import type { Kind } from "../api/kind.ts";
import { type Key, keyText, type Resource } from "../api/meta.ts";
import type { ObjectApi } from "./object-api.ts";

/** One object that came from a source, such as a directory. */
export interface InventoryItem {
  readonly group: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** An object of the same name with another uid is not the one that came from there. */
  readonly uid: string;
}

/** What a source made, and how reading it went last. Kept in a ConfigMap, so that `kubectl` shows it. */
export interface Inventory {
  readonly items: readonly InventoryItem[];
  readonly state: "Applied" | "Failed";
  /** What is wrong, for people; empty when nothing is. */
  readonly message: string;
}

const empty: Inventory = { items: [], state: "Applied", message: "" };

/** The ConfigMap of a directory: `spore-manifests-<hash>` in the namespace `default`. */
export function inventoryKey(directory: string): Key {
  const hash = createHash("sha256").update(directory).digest("hex").slice(0, 10);
  return { namespace: "default", name: `spore-manifests-${hash}` };
}

/** Reads it; empty where nothing was applied under that key. */
export async function readInventory(api: ObjectApi, key: Key): Promise<Inventory> {
  const object = await api.read(ConfigMap, key);
  if (!object?.data) return empty;
  const { items = "", state, message = "" } = object.data;
  return {
    items: items.split("\n").flatMap(parseItem),
    state: state === "Failed" ? "Failed" : "Applied",
    message,
  };
}

/**
 * Writes it, where it differs from what is there.
 *
 * @param source where the objects came from, for people: a directory.
 */
export async function writeInventory(api: ObjectApi, key: Key, source: string, inventory: Inventory): Promise<void> {
  const data = {
    directory: source,
    items: inventory.items.map(itemText).sort().join("\n"),
    state: inventory.state,
    message: inventory.message,
  };
  const object = await api.read(ConfigMap, key);
  if (!object) {
    const fresh = { apiVersion: "v1", kind: "ConfigMap", metadata: { ...key }, data };
    await api.create(ConfigMap, fresh, false);
  } else if (Object.entries(data).some(([field, text]) => object.data?.[field] !== text)) {
    await api.patch(ConfigMap, key, { data }, false);
  }
}

/** The item for an object as the server keeps it. */
export function itemOf(kind: Kind, { metadata }: Resource): InventoryItem {
  const { namespace, name, uid = "" } = metadata;
  return { group: kind.group, kind: kind.kind, ...(namespace === undefined ? {} : { namespace }), name, uid };
}

/** Says which object it is, whatever its uid. */
export function itemName(item: InventoryItem): string {
  return `${item.kind}${item.group === "" ? "" : `.${item.group}`} ${keyText(item)}`;
}

function itemText({ group, kind, namespace = "", name, uid }: InventoryItem): string {
  return [group, kind, namespace, name, uid].join(" ");
}

function parseItem(line: string): readonly InventoryItem[] {
  const [group = "", kind, namespace, name, uid] = line.split(" ");
  if (!kind || !name || uid === undefined) return [];
  return [{ group, kind, ...(namespace ? { namespace } : {}), name, uid }];
}

import { readinessOf } from "../../api/readiness.ts";
import { isSporeError } from "../../base/errors.ts";
import type { Client } from "../../client/client.ts";
import { type InventoryItem, itemName, type KindOf, keyOfItem } from "./inventory.ts";

/** An object that came from a repository and is not yet what it should be. */
export interface Unready {
  readonly item: InventoryItem;
  /** Whether a person must change something first. */
  readonly isStuck: boolean;
  /** A sentence. */
  readonly message: string;
}

/** Which of `items` are not what they should be, in their order. */
export async function unreadyOf(
  items: readonly InventoryItem[],
  client: Client,
  kindOf: KindOf,
  signal: AbortSignal,
): Promise<readonly Unready[]> {
  const unready: Unready[] = [];
  for (const item of items) {
    const found = await judge(item, client, kindOf, signal);
    if (found !== undefined) unready.push(found);
  }
  return unready;
}

async function judge(
  item: InventoryItem,
  client: Client,
  kindOf: KindOf,
  signal: AbortSignal,
): Promise<Unready | undefined> {
  const kind = kindOf(item.group, item.kind);
  if (kind === undefined) return { item, isStuck: false, message: "its kind is not served" };
  try {
    const object = await client.get(kind, keyOfItem(item), signal);
    if (object === undefined) return { item, isStuck: false, message: "it is not there" };
    const { state, message } = readinessOf(object);
    return state === "Current" ? undefined : { item, isStuck: state === "Failed", message };
  } catch (error) {
    if (isSporeError(error, "SPORE_FORBIDDEN")) return { item, isStuck: true, message: "it may not be read" };
    throw error;
  }
}

/** `NodeGroup.spore.dev lab/sensors: 3 of 8 nodes …`, and how many more. */
export function unreadyText(unready: readonly Unready[], total: number): string {
  const [first] = unready;
  if (first === undefined) return "";
  const what = `${itemName(first.item)}: ${first.message || "it is not Ready"}`;
  return `${unready.length} of ${total} objects ${unready.length === 1 ? "is" : "are"} not Ready. ${what}`;
}

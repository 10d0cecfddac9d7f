import { ConfigMap, Secret } from "../../api/core-kinds.ts";
import { isSameResource, type Kind } from "../../api/kind.ts";
import { keyOf, keyText, type Resource } from "../../api/meta.ts";
import { Node } from "../../api/node.ts";
import { SporeError } from "../../base/errors.ts";
import { listAll } from "../../client/list-all.ts";
import type { Applied } from "../../manifests/apply.ts";
import { itemName, itemOf, readInventory, writeInventory } from "../../manifests/inventory.ts";
import { lastAppliedAnnotation } from "../../manifests/last-applied.ts";
import type { ObjectApi } from "../../manifests/object-api.ts";
import { leavingItems, liveItem, refuseTooMany, removeItem } from "../../manifests/prune.ts";
import type { Io } from "../io.ts";
import type { ResourceNames } from "../session/resource-names.ts";
import type { Session } from "../session/session.ts";
import type { DryRun } from "../write/dry-run.ts";
import type { Outcome } from "../write/outcome.ts";

export interface PruneOptions {
  readonly prune?: boolean;
  readonly inventory?: string;
  readonly selector?: string;
  readonly all?: boolean;
  readonly pruneAllowlist?: readonly string[];
  readonly pruneAll?: boolean;
}

/** Among which objects those are that may go. */
export type Prune =
  | { readonly by: "inventory"; readonly name: string; readonly pruneAll: boolean }
  | { readonly by: "selector"; readonly selector: string | undefined; readonly kinds: readonly Kind[] };

/** An object that is going. */
export interface Pruned {
  readonly kind: Kind;
  readonly object: Resource;
}

export interface PruneContext {
  readonly session: Session;
  readonly api: ObjectApi;
  readonly io: Io;
  readonly dryRun: DryRun;
  readonly outcome: Outcome;
}

/**
 * What the user said of pruning; undefined when nothing is to be pruned.
 *
 * @throws SporeError `SPORE_USAGE` when it is not clear among which objects.
 */
export function readPrune(
  { prune, inventory, selector, all, pruneAllowlist = [], pruneAll }: PruneOptions,
  names: ResourceNames,
): Prune | undefined {
  const refuse = (message: string, hint: string) => new SporeError("SPORE_USAGE", message, { hint });
  if (!prune) {
    const [flag] = [
      inventory && "--inventory",
      all && "--all",
      pruneAllowlist.length > 0 && "--prune-allowlist",
    ].filter(Boolean);
    if (flag) throw refuse(`${flag} without --prune`, "say --prune as well");
    return undefined;
  }
  if (inventory !== undefined) {
    if (selector !== undefined || all) throw refuse("--inventory with -l or --all", "an inventory needs neither");
    return { by: "inventory", name: inventory, pruneAll: pruneAll === true };
  }
  if (selector !== undefined && all) throw refuse("-l and --all at once", "say one or the other");
  if (selector === undefined && !all) {
    throw refuse(
      "--prune, but among which objects?",
      "--inventory NAME remembers what you applied under that name; -l LABELS or --all, as in kubectl, look at everything there is",
    );
  }
  const kinds = pruneAllowlist.map((word) => allowedKind(word, names));
  return { by: "selector", selector, kinds: kinds.length > 0 ? kinds : defaultKinds(names) };
}

/** Removes what was applied before and is not there any more. */
export function pruneAfter(
  prune: Prune,
  applied: readonly Applied[],
  context: PruneContext,
): Promise<readonly Pruned[]> {
  return prune.by === "inventory" ? pruneInventory(prune, applied, context) : pruneSelected(prune, applied, context);
}

async function pruneInventory(
  { name, pruneAll }: Prune & { readonly by: "inventory" },
  applied: readonly Applied[],
  { session, api, dryRun, outcome }: PruneContext,
): Promise<readonly Pruned[]> {
  const key = { namespace: session.namespace, name };
  const kindOf = (group: string, kind: string) => session.names.kindIn(group, kind);
  const before = await readInventory(api, key);
  const wanted = applied.map(({ manifest, object }) => ({ kind: manifest.kind, object }));
  const leaving = leavingItems(before, wanted, kindOf);
  const items = new Map(before.items.map((item) => [itemName(item), item]));
  for (const { kind, object } of wanted) items.set(itemName(itemOf(kind, object)), itemOf(kind, object));
  const source = `the inventory ${keyText(key)}`;
  const write = () =>
    writeInventory(api, key, "sporectl apply", { items: [...items.values()], state: "Applied", message: "" });
  // Written before anything is removed: a crash in between must not forget what came from here.
  if (dryRun === undefined) await write();
  if (!pruneAll) refuseTooMany(leaving, before, source, "bring the files back, or say --prune-all");
  const gone: Pruned[] = [];
  for (const item of leaving) {
    const found = await liveItem(item, kindOf, api);
    if (found && dryRun === undefined) await removeItem(item, kindOf, api);
    if (found) {
      outcome.say(found.live, "pruned");
      gone.push({ kind: found.kind, object: found.live });
    }
    items.delete(itemName(item));
  }
  if (dryRun === undefined && leaving.length > 0) await write();
  return gone;
}

async function pruneSelected(
  { selector, kinds }: Prune & { readonly by: "selector" },
  applied: readonly Applied[],
  { session, api, io, dryRun, outcome }: PruneContext,
): Promise<readonly Pruned[]> {
  const kept = new Set(applied.map(({ object }) => object.metadata.uid));
  const namespaces = new Set(applied.flatMap(({ object }) => object.metadata.namespace ?? []));
  const gone: Pruned[] = [];
  for (const kind of kinds) {
    for (const namespace of kind.namespaced ? namespaces : [undefined]) {
      const options = {
        ...(namespace !== undefined && { namespace }),
        ...(selector !== undefined && { labelSelector: selector }),
      };
      const { items } = await listAll(session.client, kind, options, io.signal);
      for (const object of items) {
        const { uid = "", annotations = {} } = object.metadata;
        if (kept.has(uid) || !(lastAppliedAnnotation in annotations)) continue;
        if (object.metadata.deletionTimestamp !== undefined) continue; // it is going already
        if (dryRun === undefined) await api.remove(kind, keyOf(object), uid);
        outcome.say(object, "pruned");
        gone.push({ kind, object });
      }
    }
  }
  return gone;
}

/** `core/v1/ConfigMap`, in kubectl's words. */
function allowedKind(word: string, names: ResourceNames): Kind {
  const [group = "", version = "", name = "", ...rest] = word.split("/");
  const kind = names.kindOf(group === "core" || group === "" ? version : `${group}/${version}`, name);
  if (kind && rest.length === 0) return kind;
  throw new SporeError("SPORE_USAGE", `--prune-allowlist=${word}: the server has no such kind`, {
    hint: "write it as core/v1/ConfigMap or spore.dev/v1alpha1/NodeGroup",
  });
}

/** What people apply, Nodes aside: those stand for boards, and a board without its Node loses its owner. */
function defaultKinds(names: ResourceNames): readonly Kind[] {
  const own = names.inGroup(Node.group).filter((kind) => !isSameResource(kind, Node));
  return [...own, ConfigMap, Secret];
}

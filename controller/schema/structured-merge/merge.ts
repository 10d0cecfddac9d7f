import { isJsonObject, type JsonObject, type JsonValue, withMembers } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import type { PathElement } from "./path-element.ts";
import { type KeyedList, memberOf, topologyOf } from "./topology.ts";

/**
 * `live` with an applied configuration merged into it, as the schema says: objects member by member, keyed lists and sets item by item, all else
 * replaced. Nothing is removed: a null does not empty what is merged part by part. Neither argument is changed.
 */
export function merged(live: JsonValue | undefined, applied: JsonValue, schema: JsonSchemaProps): JsonValue {
  if (live === undefined) return applied;
  const theirs = topologyOf(live, schema);
  if (applied === null && theirs.kind !== "leaf" && !isBare(live)) return live;
  const ours = topologyOf(applied, schema);
  if (ours.kind === "object" && theirs.kind === "object") return mergedObjects(theirs.object, ours.object, schema);
  if (ours.kind === "list" && theirs.kind === "list") return mergedLists(theirs.items, ours.items, ours.list);
  return applied;
}

function mergedObjects(live: JsonObject, applied: JsonObject, schema: JsonSchemaProps): JsonObject {
  const changes = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(applied)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    const after = merged(before, value, memberOf(schema, name).schema);
    if (after !== before) changes.set(name, after);
  }
  return changes.size === 0 ? live : withMembers(live, changes);
}

/** An item and how it is told from the others; undefined where it lacks what does. */
interface Entry {
  readonly step: PathElement | undefined;
  readonly item: JsonValue;
}

/**
 * Applied items keep the order in which they were applied. A live item that was not applied stays where it was: behind the live item that it
 * followed, and before the applied ones that are new.
 */
function mergedLists(live: readonly JsonValue[], applied: readonly JsonValue[], list: KeyedList): JsonValue {
  const [ours, theirs] = [entriesOf(applied, list), entriesOf(live, list)];
  const known = firstByStep(theirs);
  const wanted = new Set(ours.map(({ step }) => step));
  // Applied items that are live already, in the order in which the result has them.
  const shared = ours.flatMap(({ step }) => (step !== undefined && known.has(step) ? [step] : []));
  const result: JsonValue[] = [];
  const placed = new Set<PathElement | undefined>();
  let at = 0;
  let next = 0;
  const takeUnapplied = (until: PathElement | undefined) => {
    for (; at < theirs.length; at++) {
      const entry = theirs[at];
      if (entry === undefined) return;
      const isWanted = entry.step !== undefined && wanted.has(entry.step);
      if (!isWanted) result.push(entry.item);
      else if (entry.step === until && !placed.has(entry.step)) return;
    }
  };
  for (const { step, item } of ours) {
    takeUnapplied(shared[next]);
    const before = step === undefined ? undefined : known.get(step);
    result.push(merged(before, item, list.items));
    placed.add(step);
    if (step !== undefined && step === shared[next]) next++;
  }
  takeUnapplied(undefined);
  return result;
}

function entriesOf(items: readonly JsonValue[], list: KeyedList): readonly Entry[] {
  return items.map((item) => ({ step: list.elementOf(item), item }));
}

/** The item of each step; none where several live ones have it, since it is not known which is meant. */
function firstByStep(entries: readonly Entry[]): ReadonlyMap<PathElement, JsonValue | undefined> {
  const items = new Map<PathElement, JsonValue | undefined>();
  for (const { step, item } of entries) if (step !== undefined) items.set(step, items.has(step) ? undefined : item);
  return items;
}

/** Whether there is nothing in a value, so that a parent may let it go. */
export function isBare(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

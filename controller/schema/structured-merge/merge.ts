import { isJsonObject, type JsonObject, type JsonValue, withMembers } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import type { PathElement } from "./path-element.ts";
import { type KeyedList, memberOf, topologyOf } from "./topology.ts";

/**
 * `live` with an applied configuration merged into it, as the schema says: objects member by member, keyed lists and sets item by item, all else
 * replaced. Nothing is removed. Neither argument is changed.
 */
export function merged(live: JsonValue | undefined, applied: JsonValue, schema: JsonSchemaProps): JsonValue {
  if (live === undefined) return applied;
  const ours = topologyOf(applied, schema);
  const theirs = topologyOf(live, schema);
  if (ours.kind === "object" && theirs.kind === "object") return mergedObjects(theirs.object, ours.object, schema);
  if (ours.kind === "list" && theirs.kind === "list") return mergedLists(theirs.items, ours.items, ours.list);
  return applied;
}

function mergedObjects(live: JsonObject, applied: JsonObject, schema: JsonSchemaProps): JsonObject {
  const changes = new Map<string, JsonValue>();
  for (const [name, value] of Object.entries(applied)) {
    const before = Object.hasOwn(live, name) ? live[name] : undefined;
    changes.set(name, merged(before, value, memberOf(schema, name).schema));
  }
  return withMembers(live, changes);
}

/**
 * Applied items keep the order in which they were applied. A live item that was not applied stays where it was: before the next live item that
 * was.
 */
function mergedLists(live: readonly JsonValue[], applied: readonly JsonValue[], list: KeyedList): JsonValue {
  const liveByStep = byStep(live, list);
  const appliedSteps = new Set(byStep(applied, list).keys());
  const result: JsonValue[] = [];
  let at = 0;
  const takeUnapplied = () => {
    for (; at < live.length; at++) {
      const item = live[at];
      const step = item === undefined ? undefined : list.elementOf(item);
      if (item === undefined) continue;
      if (step !== undefined && appliedSteps.has(step)) return step;
      result.push(item);
    }
    return undefined;
  };
  for (const item of applied) {
    const step = list.elementOf(item);
    let next = takeUnapplied();
    if (step !== undefined && liveByStep.has(step) && isAhead(live, at, step, list)) {
      // The live items in between were applied as well, in another place.
      for (; next !== undefined && next !== step; next = takeUnapplied()) at++;
      at++;
    }
    result.push(merged(step === undefined ? undefined : liveByStep.get(step), item, list.items));
  }
  while (takeUnapplied() !== undefined) at++;
  return result;
}

/** The first item of each step. */
function byStep(items: readonly JsonValue[], list: KeyedList): ReadonlyMap<PathElement, JsonValue> {
  const found = new Map<PathElement, JsonValue>();
  for (const item of items) {
    const step = list.elementOf(item);
    if (step !== undefined && !found.has(step)) found.set(step, item);
  }
  return found;
}

function isAhead(items: readonly JsonValue[], from: number, step: PathElement, list: KeyedList): boolean {
  return items.slice(from).some((item) => list.elementOf(item) === step);
}

/** Whether there is nothing in a value, so that a parent may let it go. */
export function isBare(value: JsonValue): boolean {
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

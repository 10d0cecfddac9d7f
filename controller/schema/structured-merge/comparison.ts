import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { FieldSet } from "./field-set.ts";
import { fieldElement, type PathElement } from "./path-element.ts";
import { type KeyedList, memberOf, type Topology, topologyOf } from "./topology.ts";

/** Which fields differ from one value to another. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

type Change = "added" | "modified" | "removed";

/** What became of a value itself; and of those below it. */
interface Difference extends Comparison {
  readonly self: readonly Change[];
}

export const unchanged: Comparison = { added: FieldSet.empty, modified: FieldSet.empty, removed: FieldSet.empty };
const same: Difference = { self: [], ...unchanged };

/**
 * Compares two states of an object. A subtree that is new is in `added` with each of its nodes; likewise `removed`. Leaves that changed are
 * `modified`. What the two states share is not looked at.
 */
export function compared(before: JsonValue, after: JsonValue, schema: JsonSchemaProps): Comparison {
  return difference(before, after, schema);
}

function difference(before: JsonValue | undefined, after: JsonValue | undefined, schema: JsonSchemaProps): Difference {
  if (before === after) return same;
  const self: readonly Change[] = before === undefined ? ["added"] : after === undefined ? ["removed"] : [];
  const was = shapeOf(before, after, schema);
  const is = shapeOf(after, before, schema);
  const shape = is ?? was;
  if (!shape || shape.kind === "leaf" || (isNothing(before) && isNothing(after))) {
    if (self.length === 0 && was && is && was.kind !== is.kind) return replaced(was, is, schema, before, after);
    if (self.length === 0 && isSameJson(before, after)) return same;
    return { ...same, self: self.length > 0 ? self : ["modified"] };
  }
  if (was && is && was.kind !== is.kind) return replaced(was, is, schema, before, after);
  return found(steps(was, is), self);
}

/** Null stands for an empty one of whatever it is compared with. */
function shapeOf(
  value: JsonValue | undefined,
  other: JsonValue | undefined,
  schema: JsonSchemaProps,
): Topology | undefined {
  if (value === undefined) return undefined;
  if (value !== null || other === undefined || other === null) return topologyOf(value, schema);
  const shape = topologyOf(other, schema);
  if (shape.kind === "object") return { ...shape, object: {} };
  return shape.kind === "list" ? { ...shape, items: [] } : shape;
}

/** An object that became a list or a text, or the other way round: all of the one is gone, all of the other is new. */
function replaced(
  was: Topology,
  is: Topology,
  schema: JsonSchemaProps,
  before: JsonValue | undefined,
  after: JsonValue | undefined,
): Difference {
  const gone = was.kind === "leaf" ? same : difference(before, undefined, schema);
  const come = is.kind === "leaf" ? same : difference(undefined, after, schema);
  return { self: ["modified"], added: come.added, modified: FieldSet.empty, removed: gone.removed };
}

type Step = readonly [PathElement, Difference];

function steps(was: Topology | undefined, is: Topology | undefined): readonly Step[] {
  const shape = is ?? was;
  if (shape?.kind === "object") {
    const [old, now] = [was?.kind === "object" ? was.object : {}, is?.kind === "object" ? is.object : {}];
    return memberSteps(old, now, shape.schema);
  }
  return shape?.kind === "list" ? itemSteps(was, is, shape.list) : [];
}

function memberSteps(old: JsonObject, now: JsonObject, schema: JsonSchemaProps): readonly Step[] {
  const all: Step[] = [];
  const compareMember = (name: string, before: JsonValue | undefined, after: JsonValue | undefined) => {
    if (before === after) return;
    const inner = difference(before, after, memberOf(schema, name).schema);
    if (inner !== same) all.push([fieldElement(name), inner]);
  };
  for (const name of Object.keys(now)) compareMember(name, own(old, name), now[name]);
  for (const name of Object.keys(old)) if (!Object.hasOwn(now, name)) compareMember(name, old[name], undefined);
  return all;
}

function itemSteps(was: Topology | undefined, is: Topology | undefined, list: KeyedList): readonly Step[] {
  const [before, after] = [itemsOf(was), itemsOf(is)];
  // What both share, at the same place, need not be looked at.
  const old = grouped(before, after, list);
  const now = grouped(after, before, list);
  const all: Step[] = [];
  const compareItems = (step: PathElement, olds: readonly JsonValue[], news: readonly JsonValue[]) => {
    const isSingle = olds.length <= 1 && news.length <= 1;
    const inner = isSingle ? difference(olds[0], news[0], list.items) : ofDuplicates(olds, news, list.items);
    if (inner !== same) all.push([step, inner]);
  };
  for (const [step, items] of old) compareItems(step, items, now.get(step) ?? []);
  for (const [step, items] of now) if (!old.has(step)) compareItems(step, [], items);
  return all;
}

/** Items that are there more than once are one thing, of which the parts are not looked at. */
function ofDuplicates(before: readonly JsonValue[], after: readonly JsonValue[], schema: JsonSchemaProps): Difference {
  if (before.length > 1 && after.length > 1) return isSameJson(before, after) ? same : { ...same, self: ["modified"] };
  const single = difference(before.length > 1 ? undefined : before[0], after.length > 1 ? undefined : after[0], schema);
  return { ...single, self: [...single.self, before.length > 1 ? "removed" : "added"] };
}

function itemsOf(topology: Topology | undefined): readonly JsonValue[] {
  return topology?.kind === "list" ? topology.items : [];
}

function grouped(
  items: readonly JsonValue[],
  others: readonly JsonValue[],
  list: KeyedList,
): ReadonlyMap<PathElement, readonly JsonValue[]> {
  const groups = new Map<PathElement, JsonValue[]>();
  for (const [index, item] of items.entries()) {
    if (typeof item === "object" && item === others[index]) continue;
    const step = list.elementOf(item);
    if (step === undefined) continue;
    const group = groups.get(step);
    if (group) group.push(item);
    else groups.set(step, [item]);
  }
  return groups;
}

function found(all: readonly Step[], self: readonly Change[]): Difference {
  if (all.length === 0 && self.length === 0) return same;
  return { self, added: setOf(all, "added"), modified: setOf(all, "modified"), removed: setOf(all, "removed") };
}

function setOf(all: readonly Step[], what: Change): FieldSet {
  const members: PathElement[] = [];
  const children: [PathElement, FieldSet][] = [];
  for (const [step, inner] of all) {
    if (inner.self.includes(what)) members.push(step);
    if (!inner[what].isEmpty) children.push([step, inner[what]]);
  }
  return FieldSet.of(members, children);
}

function own(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An empty object, an empty list, null or nothing at all: which of them it is, is then all there is to compare. */
function isNothing(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

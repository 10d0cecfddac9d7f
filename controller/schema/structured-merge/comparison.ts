import { isJsonObject, type JsonValue } from "../../base/json.ts";
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

/** What became of a value itself; and of those below it. */
interface Difference extends Comparison {
  readonly self: "added" | "modified" | "removed" | undefined;
}

const same: Difference = {
  self: undefined,
  added: FieldSet.empty,
  modified: FieldSet.empty,
  removed: FieldSet.empty,
};

/**
 * Compares two states of an object. A subtree that is new is in `added` with each of its nodes; likewise `removed`. Leaves that changed are
 * `modified`.
 */
export function compared(before: JsonValue, after: JsonValue, schema: JsonSchemaProps): Comparison {
  return difference(before, after, schema);
}

function difference(before: JsonValue | undefined, after: JsonValue | undefined, schema: JsonSchemaProps): Difference {
  if (before === after) return same;
  const was = before === undefined ? undefined : topologyOf(before, schema);
  const is = after === undefined ? undefined : topologyOf(after, schema);
  const self = before === undefined ? "added" : after === undefined ? "removed" : undefined;
  const shape = is ?? was;
  if (!shape || shape.kind === "leaf" || (isNothing(before) && isNothing(after)))
    return { ...same, self: self ?? (isSameJson(before, after) ? undefined : "modified") };
  if (was && is && was.kind !== is.kind) return replaced(was, is, schema, before, after);
  return { ...fromSteps(steps(was, is)), self };
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
  return { self: "modified", added: come.added, modified: FieldSet.empty, removed: gone.removed };
}

type Step = readonly [PathElement, Difference];

function steps(was: Topology | undefined, is: Topology | undefined): readonly Step[] {
  const shape = is ?? was;
  if (shape?.kind === "object") {
    const [old, now] = [was?.kind === "object" ? was.object : {}, is?.kind === "object" ? is.object : {}];
    return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((name) => {
      const [a, b] = [own(old, name), own(now, name)];
      return [fieldElement(name), difference(a, b, memberOf(shape.schema, name).schema)] as const;
    });
  }
  if (shape?.kind !== "list") return [];
  const [old, now] = [grouped(was, shape.list), grouped(is, shape.list)];
  return [...new Set([...old.keys(), ...now.keys()])].map((step) => {
    const [a = [], b = []] = [old.get(step), now.get(step)];
    // Where one of the two has an item more than once, the items are one thing.
    if (a.length > 1 || b.length > 1) return [step, asOne(a, b)] as const;
    return [step, difference(a[0], b[0], shape.list.items)] as const;
  });
}

function asOne(before: readonly JsonValue[], after: readonly JsonValue[]): Difference {
  if (isSameJson(before, after)) return same;
  return { ...same, self: before.length === 0 ? "added" : after.length === 0 ? "removed" : "modified" };
}

function grouped(topology: Topology | undefined, list: KeyedList): ReadonlyMap<PathElement, readonly JsonValue[]> {
  const found = new Map<PathElement, JsonValue[]>();
  for (const item of topology?.kind === "list" ? topology.items : []) {
    const step = list.elementOf(item);
    if (step === undefined) continue;
    const items = found.get(step);
    if (items) items.push(item);
    else found.set(step, [item]);
  }
  return found;
}

function fromSteps(all: readonly Step[]): Comparison {
  const set = (what: "added" | "modified" | "removed") =>
    FieldSet.of(
      all.filter(([, { self }]) => self === what).map(([step]) => step),
      all.map(([step, inner]) => [step, inner[what]] as const),
    );
  return { added: set("added"), modified: set("modified"), removed: set("removed") };
}

function own(object: Readonly<Record<string, JsonValue>>, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** An empty object, an empty list, null or nothing at all: which of them it is, is then all there is to compare. */
function isNothing(value: JsonValue | undefined): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : isJsonObject(value) && Object.keys(value).length === 0;
}

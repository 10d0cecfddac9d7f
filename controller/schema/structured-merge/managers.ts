import { isJsonObject, type JsonValue, withMembers } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { type Comparison, compared } from "./comparison.ts";
import { FieldSet } from "./field-set.ts";
import { fieldsOf } from "./fields-of.ts";
import { isBare, merged } from "./merge.ts";
import { withNamedObjects, withoutFields } from "./removal.ts";

/** The fields of each manager, by an identity that means something to the caller. */
export type Ownership = ReadonlyMap<string, FieldSet>;

/** A write and who owns what after it. */
export interface Owned {
  readonly value: JsonValue;
  readonly ownership: Ownership;
  /** What the writer added or changed, as far as it can be owned. */
  readonly changed: FieldSet;
}

/** An apply: done, or the fields that others own and that it would change. */
export type Applied =
  | ({ readonly kind: "applied" } & Owned)
  | { readonly kind: "conflicts"; readonly conflicts: Ownership };

/** What a write is about. */
export interface Write {
  readonly live: JsonValue;
  readonly ownership: Ownership;
  /** Who writes. */
  readonly manager: string;
  readonly schema: JsonSchemaProps;
  /** Which of some fields this write can change at all. */
  readonly reachable: (fields: FieldSet) => FieldSet;
  /** What nobody owns, though all may send it. */
  readonly unowned: FieldSet;
}

/** An ordinary write of `value`: what it adds or changes is the writer's alone from now on. Never conflicts. */
export function ownedAfterUpdate(write: Write, value: JsonValue): Owned {
  const { live, ownership, manager, schema } = write;
  const { changed, removed } = changes(compared(live, value, schema), write);
  const after = mapped(ownership, (fields, who) => {
    const left = fields.difference(removed);
    return who === manager ? left.union(changed) : left.difference(changed);
  });
  if (changed.isEmpty || after.has(manager)) return { value, ownership: after, changed };
  return { value, ownership: withFields(after, manager, changed), changed };
}

/** An apply of `configuration`, a part of an object: merged into the live one, without what the manager applied before and applies no longer. */
export function ownedAfterApply(write: Write, configuration: JsonValue, force: boolean): Applied {
  const { live, ownership, manager, schema, reachable, unowned } = write;
  const before = ownership.get(manager) ?? FieldSet.empty;
  const claimed = withFields(ownership, manager, reachable(fieldsOf(configuration, schema)));
  const left = pruned(merged(live, configuration, schema), before, claimed, schema);
  const value = withNulls(left, configuration);
  const { changed, removed } = changes(compared(live, value, schema), write);
  const conflicts = mapped(claimed, (owned, who) => (who === manager ? FieldSet.empty : owned.intersection(changed)));
  if (conflicts.size > 0 && !force) return { kind: "conflicts", conflicts };
  const after = mapped(claimed, (owned, who) =>
    who === manager ? owned.difference(unowned) : owned.difference(changed).difference(removed),
  );
  return { kind: "applied", value, ownership: after, changed };
}

function changes({ added, modified, removed }: Comparison, { reachable, unowned }: Write) {
  return { changed: reachable(added.union(modified)).difference(unowned), removed: reachable(removed) };
}

/** `value` without the fields that were in `before` and that nobody owns any more. */
function pruned(value: JsonValue, before: FieldSet, claimed: Ownership, schema: JsonSchemaProps): JsonValue {
  if (before.isEmpty) return value;
  const fieldsIn = (inner: JsonValue) => withNamedObjects(fieldsOf(inner, schema), schema);
  const all = fieldsIn(value);
  const last = withNamedObjects(before, schema);
  const owned = [...claimed.values()].reduce((union, fields) => union.union(fields), FieldSet.empty);
  const bare = withoutFields(value, last, schema, "null");
  // Removing an item takes with it what others own inside: that comes back. So does, after it, what nobody ever owned.
  const shared = fieldsIn(bare).union(withNamedObjects(owned, schema));
  const kept = fieldsIn(withoutFields(value, all.difference(shared), schema, "null"));
  return withoutFields(value, all.difference(kept).intersection(last), schema, owned);
}

/** A null does not empty what others may have parts of; but what is empty by now becomes the null that was asked for. */
function withNulls(value: JsonValue, configuration: JsonValue): JsonValue {
  if (configuration === null) return isBare(value) ? null : value;
  if (!isJsonObject(value) || !isJsonObject(configuration)) return value;
  const changes = new Map<string, JsonValue>();
  for (const [name, wanted] of Object.entries(configuration)) {
    const before = Object.hasOwn(value, name) ? value[name] : undefined;
    const after = before === undefined ? undefined : withNulls(before, wanted);
    if (after !== undefined && after !== before) changes.set(name, after);
  }
  return changes.size === 0 ? value : withMembers(value, changes);
}

/** Those that own nothing are left out. The same where nothing changes. */
function mapped(ownership: Ownership, change: (fields: FieldSet, who: string) => FieldSet): Ownership {
  let after: Map<string, FieldSet> | undefined;
  for (const [who, fields] of ownership) {
    const left = change(fields, who);
    if (left === fields && !left.isEmpty) continue;
    after ??= new Map(ownership);
    if (left.isEmpty) after.delete(who);
    else after.set(who, left);
  }
  return after ?? ownership;
}

function withFields(ownership: Ownership, manager: string, fields: FieldSet): Ownership {
  const after = new Map(ownership);
  after.delete(manager);
  if (!fields.isEmpty) after.set(manager, fields);
  return after;
}

import type { JsonValue } from "../../base/json.ts";
import type { JsonSchemaProps } from "../schema.ts";
import { type Comparison, compared } from "./comparison.ts";
import { FieldSet } from "./field-set.ts";
import { fieldsOf } from "./fields-of.ts";
import { merged } from "./merge.ts";
import { withNamedObjects, withoutFields, withWays } from "./removal.ts";

/** The fields of each manager, by an identity that means something to the caller. */
export type Ownership = ReadonlyMap<string, FieldSet>;

/** A write and who owns what after it. */
export interface Owned {
  readonly value: JsonValue;
  readonly ownership: Ownership;
  readonly comparison: Comparison;
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
  /** Which of some fields can be owned at all. */
  readonly ownable: (fields: FieldSet) => FieldSet;
}

/** An ordinary write of `value`: what it adds or changes is the writer's alone from now on. Never conflicts. */
export function ownedAfterUpdate(write: Write, value: JsonValue): Owned {
  const { live, ownership, manager, schema, ownable } = write;
  const comparison = compared(live, value, schema);
  const changed = ownable(comparison.added.union(comparison.modified));
  const after = mapped(ownership, (fields, who) =>
    who === manager ? fields.difference(comparison.removed) : fields.difference(comparison.removed).difference(changed),
  );
  const mine = (after.get(manager) ?? FieldSet.empty).union(changed);
  return { value, ownership: withFields(after, manager, mine), comparison };
}

/** An apply of `configuration`, a part of an object: merged into the live one, without what the manager applied before and applies no longer. */
export function ownedAfterApply(write: Write, configuration: JsonValue, force: boolean): Applied {
  const { live, ownership, manager, schema, ownable } = write;
  const before = ownership.get(manager) ?? FieldSet.empty;
  const fields = ownable(fieldsOf(configuration, schema));
  const claimed = withFields(ownership, manager, fields);
  const value = pruned(merged(live, configuration, schema), before, claimed, schema);
  const comparison = compared(live, value, schema);
  const changed = comparison.added.union(comparison.modified);
  const conflicts = mapped(claimed, (owned, who) => (who === manager ? FieldSet.empty : owned.intersection(changed)));
  if (conflicts.size > 0 && !force) return { kind: "conflicts", conflicts };
  const after = mapped(claimed, (owned, who) =>
    who === manager ? owned : owned.difference(conflicts.get(who) ?? FieldSet.empty).difference(comparison.removed),
  );
  return { kind: "applied", value, ownership: after, comparison };
}

/** `value` without the fields that were in `before` and that nobody owns any more. */
function pruned(value: JsonValue, before: FieldSet, claimed: Ownership, schema: JsonSchemaProps): JsonValue {
  if (before.isEmpty) return value;
  const all = withNamedObjects(fieldsOf(value, schema), schema);
  const last = withNamedObjects(before, schema);
  const owned = [...claimed.values()].reduce((union, fields) => union.union(fields), FieldSet.empty);
  const kept = withNamedObjects(fieldsOf(withoutFields(value, last, schema), schema), schema);
  // Removing an item takes with it what others own inside; that, and what nobody ever owned, comes back.
  const gone = all.difference(kept).difference(withWays(owned)).intersection(last);
  return withoutFields(value, gone, schema);
}

/** Those that own nothing are left out. */
function mapped(ownership: Ownership, change: (fields: FieldSet, who: string) => FieldSet): Ownership {
  const all = [...ownership].map(([who, fields]) => [who, change(fields, who)] as const);
  return new Map(all.filter(([, fields]) => !fields.isEmpty));
}

function withFields(ownership: Ownership, manager: string, fields: FieldSet): Ownership {
  const others = [...ownership].filter(([who]) => who !== manager);
  return new Map(fields.isEmpty ? others : [...others, [manager, fields]]);
}

import { apiVersionOf } from "../../api/kind.ts";
import { SporeError } from "../../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import type { JsonSchemaProps } from "../../schema/schema.ts";
import type { FieldSet } from "../../schema/structured-merge/field-set.ts";
import {
  type Ownership,
  ownedAfterApply,
  ownedAfterUpdate,
  type Write,
} from "../../schema/structured-merge/managers.ts";
import { resourceSchema } from "../../schema/structured-merge/topology.ts";
import { metadataOf } from "../object-meta.ts";
import type { ServedKind } from "../served-kind.ts";
import {
  bounded,
  type FieldManager,
  isReset,
  isSameManager,
  type ManagedEntry,
  managedFieldsOf,
  managerId,
  readManagedFields,
} from "./managed-fields.ts";
import { reachableFields, unownedFields } from "./ownable-fields.ts";

/** One write to an object, as far as it matters for who owns what. */
export interface OwnedWrite {
  readonly served: ServedKind;
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The name of who writes. */
  readonly manager: string;
  /** RFC 3339. */
  readonly time: string;
}

/** Owns what was there before anybody applied, in objects that nobody kept account of. */
const beforeFirstApply = "before-first-apply";

/**
 * `metadata.managedFields` of a new object: all is its creator's.
 *
 * @param given what the client sent along.
 */
export function ownedByCreator(write: OwnedWrite, object: JsonObject, given: JsonValue | undefined) {
  return managedFieldsOf(entriesAfterUpdate(write, entriesBefore(write, undefined, given), {}, object));
}

/**
 * `metadata.managedFields` after an ordinary write. An object that nobody kept account of stays so until somebody applies to it.
 *
 * @param given what the client sent: where it is not what is stored, it takes its place before this write is accounted for.
 */
export function ownedByWriter(
  write: OwnedWrite,
  live: JsonObject,
  next: JsonObject,
  given: JsonValue | undefined,
): JsonValue | undefined {
  const kept = metadataOf(live).managedFields;
  const entries = entriesBefore(write, kept, write.subresource === "" ? given : undefined);
  if (entries.length === 0) return undefined;
  return managedFieldsOf(entriesAfterUpdate(write, entries, live, next));
}

function entriesBefore(
  { served }: OwnedWrite,
  kept: JsonValue | undefined,
  given: JsonValue | undefined,
): readonly ManagedEntry[] {
  const before = readManagedFields(kept) ?? [];
  if (given === undefined || given === kept) return known(before, served);
  // For kinds of its own, Kubernetes takes an empty list for a reset too; from other clients it comes by accident.
  if (isReset(given) || (served.form === "native" && Array.isArray(given) && given.length === 0)) return [];
  const wanted = readManagedFields(given);
  // Clients that know nothing of it send nothing, or what they made of it.
  return known(wanted === undefined || wanted.length === 0 ? before : wanted, served);
}

/** Without those of versions that the kind does not have any more: nobody could tell what their fields are. */
function known(entries: readonly ManagedEntry[], { kind, apiVersions, view }: ServedKind): readonly ManagedEntry[] {
  const own = apiVersionOf(kind);
  if (entries.every(({ apiVersion }) => apiVersion === own)) return entries;
  const all = apiVersions ?? [own, ...(view ? [apiVersionOf(view.stored)] : [])];
  return entries.filter(({ apiVersion }) => all.includes(apiVersion));
}

function entriesAfterUpdate(
  write: OwnedWrite,
  entries: readonly ManagedEntry[],
  live: JsonObject,
  next: JsonObject,
): readonly ManagedEntry[] {
  const writer = writerOf(write, "Update");
  const { ownership, changed } = ownedAfterUpdate(asWrite(write, writer, entries, live), next);
  return bounded(entriesAfter(entries, ownership, writer, changed.isEmpty ? undefined : write.time));
}

/** What an apply comes to: the object, before defaults, and its `metadata.managedFields`; or whom it would take what from. */
export type ApplyOutcome =
  | { readonly kind: "applied"; readonly object: JsonObject; readonly managedFields: JsonValue | undefined }
  | { readonly kind: "conflicts"; readonly conflicts: readonly FieldConflict[] };

/** Fields of a manager that an apply would change. */
export interface FieldConflict {
  readonly manager: FieldManager;
  readonly fields: FieldSet;
}

/** Merges a configuration into `live`, which is empty when there is no such object yet. */
export function applied(write: OwnedWrite, live: JsonObject, configuration: JsonObject, force: boolean): ApplyOutcome {
  const entries = accountOf(write, live);
  const writer = writerOf(write, "Apply");
  const outcome = ownedAfterApply(asWrite(write, writer, entries, live), configuration, force);
  if (outcome.kind === "conflicts") {
    const conflicts = entries.flatMap((entry) => {
      const fields = outcome.conflicts.get(managerId(entry));
      return fields ? [{ manager: entry, fields }] : [];
    });
    return { kind: "conflicts", conflicts };
  }
  const { value } = outcome;
  if (!isJsonObject(value)) throw new SporeError("SPORE_INTERNAL", "an applied object became something else");
  const time = isSameJson(value, live) ? undefined : write.time;
  const after = entriesAfter(entries, outcome.ownership, writer, time);
  return { kind: "applied", object: value, managedFields: managedFieldsOf(after) };
}

/** The entries of an object that is about to be applied to. */
function accountOf(write: OwnedWrite, live: JsonObject): readonly ManagedEntry[] {
  const entries = entriesBefore(write, metadataOf(live).managedFields, undefined);
  if (entries.length > 0) return entries;
  return entriesAfterUpdate({ ...write, manager: beforeFirstApply }, [], {}, live);
}

function writerOf({ served, subresource, manager }: OwnedWrite, operation: FieldManager["operation"]): FieldManager {
  return { manager, operation, subresource, apiVersion: apiVersionOf(served.kind) };
}

function asWrite(of: OwnedWrite, writer: FieldManager, entries: readonly ManagedEntry[], live: JsonObject): Write {
  const { served, subresource } = of;
  return {
    live,
    ownership: ownershipOf(entries),
    manager: managerId(writer),
    schema: wholeSchema(served.schema),
    reachable: (fields) => reachableFields(fields, served, subresource),
    unowned: unownedFields,
  };
}

/** Entries that are kept are asked again with the next write. */
const ownerships = new WeakMap<readonly ManagedEntry[], Ownership>();

/** Who owns what, by `managerId`. */
function ownershipOf(entries: readonly ManagedEntry[]): Ownership {
  const known = ownerships.get(entries);
  if (known) return known;
  const ownership = new Map<string, FieldSet>();
  for (const entry of entries) {
    const id = managerId(entry);
    const others = ownership.get(id);
    ownership.set(id, others ? others.union(entry.fields) : entry.fields);
  }
  ownerships.set(entries, ownership);
  return ownership;
}

/**
 * The entries as a write leaves them. What a manager lost is taken from its entry; its time stays, because it did nothing.
 *
 * @param time of the write; undefined where it changed nothing of its own.
 */
function entriesAfter(
  before: readonly ManagedEntry[],
  ownership: Ownership,
  writer: FieldManager,
  time: string | undefined,
): readonly ManagedEntry[] {
  if (ownership === ownershipOf(before)) return retimed(before, writer, time);
  const mine = managerId(writer);
  const left = new Map(ownership);
  const after: ManagedEntry[] = [];
  for (const entry of before) {
    const id = managerId(entry);
    const fields = left.get(id);
    if (!fields) continue; // all gone, or said in an entry before
    left.delete(id);
    const { apiVersion } = id === mine ? writer : entry;
    after.push(renewed(entry, { apiVersion, fields, time: id === mine ? (time ?? entry.time) : entry.time }));
  }
  for (const [, fields] of left) after.push({ ...writer, fields, ...(time !== undefined && { time }) });
  return after.length === before.length && after.every((entry, at) => entry === before[at]) ? before : after;
}

/** The entries where all own what they owned before. */
function retimed(
  before: readonly ManagedEntry[],
  writer: FieldManager,
  time: string | undefined,
): readonly ManagedEntry[] {
  const at = before.findIndex((entry) => isSameManager(entry, writer));
  const entry = before[at];
  if (entry === undefined) return before;
  const { apiVersion } = writer;
  const after = renewed(entry, { apiVersion, fields: entry.fields, time: time ?? entry.time });
  return after === entry ? before : before.map((one) => (one === entry ? after : one));
}

interface Renewal {
  readonly apiVersion: string;
  readonly fields: FieldSet;
  readonly time: string | undefined;
}

/** The same entry where nothing of it changes. */
function renewed(entry: ManagedEntry, { apiVersion, fields, time }: Renewal): ManagedEntry {
  const isSame = entry.fields === fields || entry.fields.equals(fields);
  if (isSame && entry.time === time && entry.apiVersion === apiVersion) return entry;
  const { time: _, ...rest } = entry;
  return { ...rest, apiVersion, fields: isSame ? entry.fields : fields, ...(time !== undefined && { time }) };
}

const wholeSchemas = new WeakMap<JsonSchemaProps, JsonSchemaProps>();

/** The schema of a kind, with what every object has. */
export function wholeSchema(schema: JsonSchemaProps): JsonSchemaProps {
  const known = wholeSchemas.get(schema);
  if (known) return known;
  const whole = resourceSchema(schema);
  wholeSchemas.set(schema, whole);
  return whole;
}

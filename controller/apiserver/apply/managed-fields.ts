import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { isSameJson } from "../../base/same-json.ts";
import type { FieldSet } from "../../schema/structured-merge/field-set.ts";
import { textIn } from "../object-meta.ts";
import { readSharedFields, sharedFields } from "./shared-fields.ts";

/** Who owns fields, in which way. Two that agree in all of it are one. */
export interface FieldManager {
  /** The name that the client gives, or the program's. */
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  /** Empty for the object itself. */
  readonly subresource: string;
  /** The version in which fields were last written. Applies of several versions are by one manager, updates are not. */
  readonly apiVersion: string;
}

/** One entry of `metadata.managedFields`. */
export interface ManagedEntry extends FieldManager {
  readonly fields: FieldSet;
  /** RFC 3339; absent where it is not known. */
  readonly time?: string;
}

/** Update entries kept apart; the oldest beyond it become one. */
const updateEntriesMax = 10;
const ancientManager = "ancient-changes";

/** Names a manager among those of one object. */
export function managerId({ manager, operation, subresource, apiVersion }: FieldManager): string {
  return `${operation === "Update" ? apiVersion : ""}\n${operation}\n${subresource}\n${manager}`;
}

export function isSameManager(a: FieldManager, b: FieldManager): boolean {
  return (
    a.manager === b.manager &&
    a.operation === b.operation &&
    a.subresource === b.subresource &&
    (a.operation === "Apply" || a.apiVersion === b.apiVersion)
  );
}

/** Lists are never changed once they are in an object, so what was read once need not be read again. */
const readLists = new WeakMap<readonly JsonValue[], readonly ManagedEntry[]>();
const writtenLists = new WeakMap<readonly ManagedEntry[], readonly JsonObject[]>();
const writtenEntries = new WeakMap<ManagedEntry, JsonObject>();

/**
 * Reads `metadata.managedFields`.
 *
 * @returns undefined when an entry cannot be understood: then nobody's word counts, rather than some people's.
 */
export function readManagedFields(managedFields: JsonValue | undefined): readonly ManagedEntry[] | undefined {
  if (managedFields === undefined || managedFields === null) return [];
  if (!Array.isArray(managedFields)) return undefined;
  const known = readLists.get(managedFields);
  if (known) return known;
  const entries: ManagedEntry[] = [];
  for (const item of managedFields) {
    const entry = readEntry(item);
    if (!entry) return undefined;
    entries.push(entry);
  }
  readLists.set(managedFields, entries);
  return entries;
}

function readEntry(item: JsonValue): ManagedEntry | undefined {
  if (!isJsonObject(item) || !isWellFormed(item)) return undefined;
  const operation = textIn(item, "operation");
  const apiVersion = textIn(item, "apiVersion");
  const { fieldsV1 = {} } = item;
  const fields = isJsonObject(fieldsV1) ? readSharedFields(fieldsV1)?.fields : undefined;
  if ((operation !== "Apply" && operation !== "Update") || apiVersion === "") return undefined;
  if (textIn(item, "fieldsType") !== "FieldsV1" || !fields) return undefined;
  const time = textIn(item, "time");
  const [manager, subresource] = [textIn(item, "manager"), textIn(item, "subresource")];
  return { manager, operation, subresource, apiVersion, fields, ...(time !== "" && { time }) };
}

const textMembers = ["manager", "operation", "subresource", "apiVersion", "fieldsType", "time"];
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

/** Clients that read objects into types fail at any that has something else there, and so at every list with it. */
function isWellFormed(item: JsonObject): boolean {
  if (textMembers.some((name) => item[name] !== undefined && item[name] !== null && typeof item[name] !== "string"))
    return false;
  const time = textIn(item, "time");
  return time === "" || (instant.test(time) && !Number.isNaN(Date.parse(time)));
}

/** Whether a client asks with this list to forget who owns what: by a single entry that says nothing. */
export function isReset(managedFields: JsonValue | undefined): boolean {
  if (!Array.isArray(managedFields)) return false;
  const [only]: readonly JsonValue[] = managedFields;
  return managedFields.length === 1 && isJsonObject(only) && Object.keys(only).length === 0;
}

/** The entries as an object carries them: those that own something, applies first, then by age; undefined when there is none. */
export function managedFieldsOf(entries: readonly ManagedEntry[]): readonly JsonObject[] | undefined {
  if (entries.length === 0) return undefined;
  const known = writtenLists.get(entries);
  if (known) return known;
  const sorted = entries.map(withSharedSet).sort(inOrder);
  const list = sorted.map(writtenEntry);
  readLists.set(list, sorted);
  writtenLists.set(sorted, list);
  return list;
}

/** The same entry, with a set that it has in common with entries of other objects. */
function withSharedSet(entry: ManagedEntry): ManagedEntry {
  const { fields } = sharedFields(entry.fields);
  return fields === entry.fields ? entry : { ...entry, fields };
}

function writtenEntry(entry: ManagedEntry): JsonObject {
  const known = writtenEntries.get(entry);
  if (known) return known;
  const { manager, operation, apiVersion, subresource, time, fields } = entry;
  const written = {
    ...(manager !== "" && { manager }),
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: "FieldsV1",
    fieldsV1: sharedFields(fields).fieldsV1,
    ...(subresource !== "" && { subresource }),
  };
  writtenEntries.set(entry, written);
  return written;
}

/** Whether two lists say the same about who owns what. When they came to it does not matter. */
export function isSameOwnership(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  const other: readonly JsonValue[] = b;
  return a.length === b.length && a.every((entry: JsonValue, at) => isSameJson(untimed(entry), untimed(other[at])));
}

function untimed(entry: JsonValue | undefined): JsonValue | undefined {
  if (!isJsonObject(entry)) return entry;
  const { time: _, ...rest } = entry;
  return rest;
}

/**
 * The entries with those of updates bounded: of the oldest beyond ten, those of one version become one entry.
 */
export function bounded(entries: readonly ManagedEntry[]): readonly ManagedEntry[] {
  const updates = entries.filter(({ operation }) => operation === "Update");
  if (updates.length <= updateEntriesMax) return entries;
  const kept = new Set(entries);
  const oldest = new Map<string, ManagedEntry>();
  let tooMany = updates.length - updateEntriesMax;
  for (const entry of updates.sort(inOrder)) {
    if (tooMany === 0) break;
    const { apiVersion, fields, time } = entry;
    const older = oldest.get(apiVersion);
    if (older === undefined) {
      oldest.set(apiVersion, entry);
      continue;
    }
    const ancient: ManagedEntry = {
      ...{ manager: ancientManager, operation: "Update", subresource: "", apiVersion },
      fields: older.fields.union(fields),
      ...(time !== undefined && { time }),
    };
    kept.delete(older);
    kept.delete(entry);
    kept.add(ancient);
    oldest.set(apiVersion, ancient);
    tooMany--;
  }
  return [...kept];
}

/** Applies before updates; then the older first, by name, version and subresource. */
function inOrder(a: ManagedEntry, b: ManagedEntry): number {
  return (
    byText(a.operation, b.operation) ||
    byText(a.time ?? "", b.time ?? "") ||
    byText(a.manager, b.manager) ||
    byText(a.apiVersion, b.apiVersion) ||
    byText(a.subresource, b.subresource)
  );
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

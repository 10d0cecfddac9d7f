import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { FieldSet } from "../schema/structured-merge/field-set.ts";
import type { Ownership } from "../schema/structured-merge/managers.ts";
import { textIn } from "./object-meta.ts";

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
  return JSON.stringify([manager, operation, subresource, operation === "Update" ? apiVersion : ""]);
}

/**
 * Reads `metadata.managedFields`.
 *
 * @returns undefined when an entry cannot be understood: then nobody's word counts, rather than some people's.
 */
export function readManagedFields(managedFields: JsonValue | undefined): readonly ManagedEntry[] | undefined {
  if (managedFields === undefined || managedFields === null) return [];
  if (!Array.isArray(managedFields)) return undefined;
  const entries: ManagedEntry[] = [];
  for (const item of managedFields) {
    const entry = readEntry(item);
    if (!entry) return undefined;
    if (!entry.fields.isEmpty) entries.push(entry);
  }
  return entries;
}

function readEntry(item: JsonValue): ManagedEntry | undefined {
  if (!isJsonObject(item)) return undefined;
  const operation = textIn(item, "operation");
  const fields = FieldSet.fromFieldsV1(item.fieldsV1 ?? {});
  if ((operation !== "Apply" && operation !== "Update") || textIn(item, "fieldsType") !== "FieldsV1" || !fields)
    return undefined;
  const time = textIn(item, "time");
  return {
    manager: textIn(item, "manager"),
    operation,
    subresource: textIn(item, "subresource"),
    apiVersion: textIn(item, "apiVersion"),
    fields,
    ...(time !== "" && { time }),
  };
}

/** The entries as an object carries them: those that own something, applies first, then by age; not too many. */
export function managedFieldsOf(entries: readonly ManagedEntry[]): readonly JsonObject[] {
  return bounded(entries.filter(({ fields }) => !fields.isEmpty))
    .sort(inOrder)
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      ...(manager !== "" && { manager }),
      operation,
      apiVersion,
      ...(time !== undefined && { time }),
      fieldsType: "FieldsV1",
      fieldsV1: fields.toFieldsV1(),
      ...(subresource !== "" && { subresource }),
    }));
}

/** Who owns what, by `managerId`. */
export function ownershipOf(entries: readonly ManagedEntry[]): Ownership {
  const ownership = new Map<string, FieldSet>();
  for (const entry of entries) {
    const id = managerId(entry);
    ownership.set(id, (ownership.get(id) ?? FieldSet.empty).union(entry.fields));
  }
  return ownership;
}

/**
 * The entries after a write. What a manager lost is taken from its entry; its time stays, because it did nothing.
 *
 * @param writer who wrote, and when; its entry is renewed where it owns something else than before, or the object was changed.
 */
export function entriesAfter(
  before: readonly ManagedEntry[],
  ownership: Ownership,
  writer: FieldManager & { readonly time: string; readonly changed: boolean },
): readonly ManagedEntry[] {
  const known = new Map(before.map((entry) => [managerId(entry), entry]));
  const mine = managerId(writer);
  return [...ownership].flatMap(([id, fields]) => {
    const old = known.get(id);
    if (id === mine) {
      const isSame = old !== undefined && !writer.changed && old.fields.equals(fields);
      const { manager, operation, subresource, apiVersion, time } = writer;
      return [isSame ? old : { manager, operation, subresource, apiVersion, time, fields }];
    }
    return old ? [{ ...old, fields }] : [];
  });
}

function bounded(entries: readonly ManagedEntry[]): ManagedEntry[] {
  const updates = entries.filter(({ operation }) => operation === "Update").sort(inOrder);
  const tooMany = updates.length - updateEntriesMax;
  if (tooMany <= 0) return [...entries];
  const old = new Set(updates.slice(0, tooMany + 1));
  const byVersion = new Map<string, ManagedEntry>();
  for (const { apiVersion, fields } of old) {
    const merged = (byVersion.get(apiVersion)?.fields ?? FieldSet.empty).union(fields);
    const ancient = { manager: ancientManager, operation: "Update", subresource: "", apiVersion } as const;
    byVersion.set(apiVersion, { ...ancient, fields: merged });
  }
  return [...entries.filter((entry) => !old.has(entry)), ...byVersion.values()];
}

/** Applies before updates; then the older first, by name, version and subresource. */
function inOrder(a: ManagedEntry, b: ManagedEntry): number {
  const keys = (entry: ManagedEntry) => [
    entry.operation,
    entry.time ?? "",
    entry.manager,
    entry.apiVersion,
    entry.subresource,
  ];
  const [left, right] = [keys(a), keys(b)];
  const at = left.findIndex((key, index) => key !== right[index]);
  return at < 0 ? 0 : (left[at] ?? "") < (right[at] ?? "") ? -1 : 1;
}

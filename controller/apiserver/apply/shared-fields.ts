import { isJsonObject, type JsonObject, type JsonValue } from "../../base/json.ts";
import { LruMap } from "../../base/lru-map.ts";
import { FieldSet } from "../../schema/structured-merge/field-set.ts";
import { metadataOf } from "../object-meta.ts";

/**
 * A set of fields in the three forms that are needed of it. The objects of a kind that one manager writes have the same few sets, which are longer
 * than much else of them; so they share one.
 */
export interface SharedFields {
  readonly fields: FieldSet;
  readonly fieldsV1: JsonObject;
  /** `fieldsV1` as JSON. */
  readonly text: string;
}

/** Sets in use at a time; beyond them some are held more than once. */
const setsMax = 4096;
/** Longer ones, of objects with thousands of fields, are rarely alike. */
const textMaxCharacters = 64 * 1024;

const byText = new LruMap<string, SharedFields>(setsMax);
const byFieldsV1 = new WeakMap<JsonObject, SharedFields | "unreadable">();
const bySet = new WeakMap<FieldSet, SharedFields>();

/** The shared form of a set that was computed. */
export function sharedFields(fields: FieldSet): SharedFields {
  const known = bySet.get(fields);
  if (known) return known;
  const fieldsV1 = fields.toFieldsV1();
  return shared(fieldsV1, () => fields) ?? { fields, fieldsV1, text: JSON.stringify(fieldsV1) };
}

/** The shared form of a set that was stored or sent; undefined when it cannot be read. */
export function readSharedFields(fieldsV1: JsonObject): SharedFields | undefined {
  const known = byFieldsV1.get(fieldsV1);
  if (known) return known === "unreadable" ? undefined : known;
  return shared(fieldsV1, () => FieldSet.fromFieldsV1(fieldsV1));
}

function shared(fieldsV1: JsonObject, read: () => FieldSet | undefined): SharedFields | undefined {
  const text = JSON.stringify(fieldsV1);
  const one = byText.get(text) ?? made(text, read());
  byFieldsV1.set(fieldsV1, one ?? "unreadable");
  if (one) bySet.set(one.fields, one);
  return one;
}

/** In the form in which this server writes a set, whatever the one was that it came in. */
function made(text: string, fields: FieldSet | undefined): SharedFields | undefined {
  if (!fields) return undefined;
  const fieldsV1 = fields.toFieldsV1();
  const ours = JSON.stringify(fieldsV1);
  const make = () => ({ fields, fieldsV1, text: ours });
  if (ours.length > textMaxCharacters) return make();
  const one = byText.getOrMake(ours, make);
  return text.length > textMaxCharacters ? one : byText.getOrMake(text, () => one);
}

/** An object as it came from the store, with the sets in its `metadata.managedFields` shared. */
export function withSharedFields(object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  const { managedFields } = metadata;
  if (!Array.isArray(managedFields)) return object;
  const entries = managedFields.map((entry: JsonValue) => {
    if (!isJsonObject(entry) || !isJsonObject(entry.fieldsV1)) return entry;
    const known = readSharedFields(entry.fieldsV1);
    return known ? { ...entry, fieldsV1: known.fieldsV1 } : entry;
  });
  return { ...object, metadata: { ...metadata, managedFields: entries } };
}

/** `metadata` with its `managedFields` last, as JSON; their sets are not written again. */
export function metadataText(metadata: JsonObject): string {
  const { managedFields, ...rest } = metadata;
  const text = JSON.stringify(rest);
  if (!Array.isArray(managedFields)) return managedFields === undefined ? text : JSON.stringify(metadata);
  const list = `"managedFields":[${managedFields.map(entryText).join(",")}]`;
  return text === "{}" ? `{${list}}` : `${text.slice(0, -1)},${list}}`;
}

/** Of a write's entries most are those of the write before. */
const entryTexts = new WeakMap<JsonObject, string>();

function entryText(entry: JsonValue): string {
  if (!isJsonObject(entry)) return JSON.stringify(entry);
  const written = entryTexts.get(entry);
  if (written !== undefined) return written;
  const known = isJsonObject(entry.fieldsV1) ? byFieldsV1.get(entry.fieldsV1) : undefined;
  if (!known || known === "unreadable") return JSON.stringify(entry);
  const { fieldsV1: _, ...rest } = entry;
  const text = `${JSON.stringify(rest).slice(0, -1)},"fieldsV1":${known.text}}`;
  entryTexts.set(entry, text);
  return text;
}

import { isJsonObject, type JsonObject, type JsonValue, withMembers } from "../base/json.ts";

/** `metadata` of any object; empty where there is none. */
export function metadataOf(object: JsonObject): JsonObject {
  return objectIn(object, "metadata");
}

/** The object with these fields of `metadata` set; undefined removes one. */
export function withMetadata(object: JsonObject, fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return { ...object, metadata: withMembers(metadataOf(object), new Map(Object.entries(fields))) };
}

/** A field of an object that is an object itself; empty where it is not. */
export function objectIn(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return isJsonObject(value) ? value : {};
}

/** A field that is text; empty where it is not. */
export function textIn(object: JsonObject, field: string): string {
  const value = object[field];
  return typeof value === "string" ? value : "";
}

/** The texts in a list; empty where there is none. */
export function textsIn(object: JsonObject, field: string): readonly string[] {
  const value = object[field];
  return Array.isArray(value) ? value.filter((item: JsonValue) => typeof item === "string") : [];
}

/** `metadata.labels`. */
export function labelsOf(object: JsonObject): Readonly<Record<string, string>> {
  const labels = objectIn(metadataOf(object), "labels");
  return isTextMap(labels) ? labels : {};
}

/** Whether deletion was requested. */
export function isDeleting(object: JsonObject): boolean {
  return textIn(metadataOf(object), "deletionTimestamp") !== "";
}

function isTextMap(value: JsonObject): value is Readonly<Record<string, string>> {
  return Object.values(value).every((item) => typeof item === "string");
}

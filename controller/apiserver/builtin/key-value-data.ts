import { forbiddenValue, invalidValue, tooLong } from "../../api/causes.ts";
import type { Cause } from "../../base/errors.ts";
import { canonicalJson, isJsonObject, type JsonObject } from "../../base/json.ts";

/** Keys and values of one ConfigMap or Secret together, as in Kubernetes. */
const dataMaxBytes = 1024 * 1024;
const keyMaxChars = 253;

/** The rules that ConfigMaps and Secrets share: what keys look like, how large the whole may be, and what `immutable` forbids. */
export function dataCauses(
  fields: readonly string[],
  object: JsonObject,
  old: JsonObject | undefined,
): readonly Cause[] {
  return [
    ...fields.flatMap((field) => keyCauses(object, field)),
    ...sizeCauses(fields, object),
    ...(old ? immutableCauses(fields, object, old) : []),
  ];
}

function keyCauses(object: JsonObject, field: string): readonly Cause[] {
  return Object.keys(membersOf(object, field)).flatMap((key) => {
    const fault = keyFault(key);
    return fault === undefined ? [] : [invalidValue(`${field}[${key}]`, key, fault)];
  });
}

function keyFault(key: string): string | undefined {
  if (key.length > keyMaxChars) return `must be no more than ${keyMaxChars} characters`;
  if (key === "." || key.startsWith("..")) return "must not be '.' and must not begin with '..'";
  return /^[-._a-zA-Z0-9]+$/.test(key)
    ? undefined
    : "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name', or 'KEY_NAME')";
}

function sizeCauses(fields: readonly string[], object: JsonObject): readonly Cause[] {
  const bytes = fields
    .flatMap((field) => Object.entries(membersOf(object, field)))
    .reduce((sum, [key, value]) => sum + key.length + Buffer.byteLength(typeof value === "string" ? value : ""), 0);
  return bytes <= dataMaxBytes ? [] : [tooLong(fields[0] ?? "data", dataMaxBytes, "bytes")];
}

function immutableCauses(fields: readonly string[], object: JsonObject, old: JsonObject): readonly Cause[] {
  if (old.immutable !== true) return [];
  return ["immutable", ...fields]
    .filter((field) => canonicalJson(object[field] ?? null) !== canonicalJson(old[field] ?? null))
    .map((field) => forbiddenValue(field, "field is immutable when `immutable` is set"));
}

function membersOf(object: JsonObject, field: string): JsonObject {
  const members = object[field];
  return isJsonObject(members) ? members : {};
}

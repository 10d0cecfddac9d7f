import { apiVersionOf } from "../api/kind.ts";
import { type Cause, SporeError } from "../base/errors.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../base/json.ts";
import { metadataOf, textIn, withMetadata } from "./object-meta.ts";
import type { ServedKind } from "./served-kind.ts";
import type { WriteOptions } from "./write-options.ts";

/**
 * A request's body as an object of the kind that the URL names.
 *
 * @throws SporeError `SPORE_BAD_REQUEST` when it is something else.
 */
export function asManifest(value: JsonValue, served: ServedKind): JsonObject {
  const { kind } = served;
  if (!isJsonObject(value)) throw new SporeError("SPORE_BAD_REQUEST", `the body of the request must be a ${kind.kind}`);
  const expected = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  // Typed clients leave both out for kinds that they know.
  const object = served.form === "native" ? { ...expected, ...value } : value;
  if (textIn(object, "kind") === "") throw missing("Kind", value);
  if (textIn(object, "apiVersion") === "") throw missing("apiVersion", value);
  if (object.kind !== expected.kind || object.apiVersion !== expected.apiVersion) {
    const found = `${textIn(object, "apiVersion")}, Kind=${textIn(object, "kind")}`;
    const message = `the object provided is ${found}, but this address takes ${expected.apiVersion}, Kind=${expected.kind}`;
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
  if (value.metadata !== undefined && value.metadata !== null && !isJsonObject(value.metadata)) {
    throw new SporeError("SPORE_BAD_REQUEST", "metadata must be an object");
  }
  return object;
}

function missing(field: string, value: JsonObject): SporeError {
  const text = JSON.stringify(value);
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return new SporeError("SPORE_BAD_REQUEST", `Object '${field}' is missing in '${shown}'`);
}

/**
 * Whether the object's names agree with the URL's. The namespace may be left out.
 *
 * @throws SporeError `SPORE_BAD_REQUEST`.
 */
export function checkAddress(object: JsonObject, namespace: string | undefined, name: string | undefined): void {
  const metadata = metadataOf(object);
  const ownNamespace = textIn(metadata, "namespace");
  if (ownNamespace !== "" && ownNamespace !== namespace) {
    const message = "the namespace of the provided object does not match the namespace sent on the request";
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
  const ownName = textIn(metadata, "name");
  if (name !== undefined && ownName === "") {
    const message = `the name of the object (${name} based on URL) was undeterminable: name must be provided`;
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
  if (name !== undefined && ownName !== name) {
    const message = `the name of the object (${ownName}) does not match the name on the URL (${name})`;
    throw new SporeError("SPORE_BAD_REQUEST", message);
  }
}

/** How a write treats what it does not understand. */
export interface FieldPolicy extends Pick<WriteOptions, "fieldValidation"> {
  /** Paths that the body gave twice. */
  readonly duplicates: readonly string[];
  readonly warn: (text: string) => void;
}

/** So many unknown fields are named; a hostile object could have millions. */
const faultsMax = 100;
const pathMaxCharacters = 1000;

/**
 * The object as it could be stored: unknown fields dropped, defaults and derived fields filled in.
 *
 * @param live the stored object that `object` was made from, if any: what the two share is settled.
 * @throws SporeError `SPORE_BAD_REQUEST` under `Strict` when there are unknown or duplicate fields.
 */
export function normalise(object: JsonObject, served: ServedKind, policy: FieldPolicy, live?: JsonObject): JsonObject {
  const { object: pruned, unknown } = served.compiled.prune(object, live);
  const faults = [
    ...policy.duplicates.map((path) => `duplicate field "${path}"`),
    ...unknown.slice(0, faultsMax).map((path) => `unknown field "${path.slice(0, pathMaxCharacters)}"`),
  ];
  if (faults.length > 0 && policy.fieldValidation === "Strict") throw strictError(served, faults);
  if (policy.fieldValidation === "Warn") faults.forEach(policy.warn);
  const defaulted = withoutEmptyMetadata(served.compiled.applyDefaults(pruned, live));
  return served.hooks?.complete?.(defaulted) ?? defaulted;
}

/** Kubernetes stores no empty maps and lists in metadata; a client that compares would otherwise see a difference for ever. */
function withoutEmptyMetadata(object: JsonObject): JsonObject {
  const metadata = metadataOf(object);
  const empty = ["labels", "annotations", "finalizers", "ownerReferences"].filter((field) => {
    const value = metadata[field];
    return typeof value === "object" && value !== null && Object.keys(value).length === 0;
  });
  if (empty.length === 0) return object;
  return withMetadata(object, Object.fromEntries(empty.map((field) => [field, undefined])));
}

function strictError({ kind }: ServedKind, faults: readonly string[]): SporeError {
  const message = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${faults.join(", ")}`;
  return new SporeError("SPORE_BAD_REQUEST", message);
}

/** Causes that were not there before: what was stored once may stay, so that a stricter schema does not lock an object up. */
export function newCauses(causes: readonly Cause[], before: () => readonly Cause[]): readonly Cause[] {
  if (causes.length === 0) return causes;
  const known = new Set(before().map(({ field, message }) => `${field} ${message}`));
  return causes.filter(({ field, message }) => !known.has(`${field} ${message}`));
}
